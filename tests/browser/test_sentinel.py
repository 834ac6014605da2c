"""A drawn case in a real Chromium: the reader answers by keyboard, nothing of the model is sent or painted before."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Server, cut_connection, keep_screenshot, running_server, sign_in
from tests.browser.test_sitting import WATCH, await_picture, heat_alpha, sights

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {"1500": (1500, 900), "1280": (1280, 720), "820": (820, 1180), "200-percent": (750, 450)}
OF_THE_MODEL = re.compile(r'"decision"|"operating_point"|"gate"|Grad-CAM|>\.\d\d<')


@pytest.fixture(scope="module")
def all_drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation whose project begins with all images drawn."""
    with running_server(tmp_path_factory.mktemp("sentinels"), SIGHTLINE_SENTINEL_SHARE="100") as running:
        yield running


def listen(page: Page) -> list[str]:
    """Addresses whose answer held something of a result; the page's own script and styles are no answers."""
    told: list[str] = []

    def look(response: Response) -> None:
        kind = response.headers.get("content-type", "")
        if response.status != 304 and ("json" in kind or "html" in kind) and OF_THE_MODEL.search(response.text()):
            told.append(response.url)
        if "/maps/" in response.url and response.ok:
            told.append(response.url)

    page.on("response", look)
    return told


def open_case(page: Page, server: Server, code: str) -> str:
    """By the patient's number in the list; gives the case's address in the API."""
    page.goto(f"{server.address}/?state=all")
    page.locator("[data-testid=worklist-row]", has_text=code).first.locator("a").first.click()
    await_picture(page)
    return f"{server.address}/api/images/{page.url.split('/images/')[1].split('/')[0]}/first-look/"


def test_the_reader_answers_first_and_the_model_comes_after(all_drawn: Server, page: Page) -> None:
    page.add_init_script(WATCH)
    told = listen(page)
    sign_in(page, all_drawn)
    expect(page.get_by_test_id("worklist-row").first).to_contain_text("Your look first")
    numbers = page.locator(".c-patient .number").all_inner_texts()
    keep_screenshot(page, "sentinel-worklist")

    look = open_case(page, all_drawn, numbers[0])
    expect(page.get_by_test_id("first-look")).to_contain_text("The model is shown after your answer")
    for key in ("o", "g", "w", "Shift+1", "Enter"):
        page.keyboard.press(key)
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if name == "200-percent":
            page.keyboard.press("u")  # the panel up
        keep_screenshot(page, f"sentinel-{name}")
    page.set_viewport_size({"width": 1500, "height": 900})
    for key in ("x", "y", "b", "b", "ArrowLeft"):
        page.keyboard.press(key)
    page.get_by_test_id("look-confidence-4").click()
    page.reload()  # nothing is lost, and nothing is shown
    expect(page.get_by_test_id("look-open")).to_have_text("1 of 3 still open")
    await_picture(page)
    page.keyboard.press("c")
    expect(page.get_by_test_id("look-open")).to_have_text("ready")
    keep_screenshot(page, "sentinel-ready")
    assert sights(page) == []
    assert heat_alpha(page) == 0
    assert told == []
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible(timeout=15_000)
    expect(page.get_by_test_id("first-look-kept")).to_contain_text("present")
    keep_screenshot(page, "sentinel-after")
    kept = page.request.get(look).json()
    (own,) = kept["looks"]
    assert (kept["state"], own["kind"], own["probability"], own["broken"]) == ("answered", "unaided", 1.0, "")
    says = {
        answer["finding"]: (answer["says"], answer["confidence"], answer["box"] is not None)
        for answer in own["answers"]
    }
    assert sorted(says.values(), key=str) == [
        ("absent", None, False),
        ("cannot_judge", None, False),
        ("present", 4, True),
    ]

    told.clear()
    open_case(page, all_drawn, numbers[1])
    page.keyboard.press("a")
    cut_connection(page)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("look-problem")).to_contain_text("your answers are kept")
    keep_screenshot(page, "sentinel-offline")
    assert sights(page) == []
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible(timeout=15_000)

    look = open_case(page, all_drawn, numbers[2])
    page.get_by_test_id("look-show").click()
    keep_screenshot(page, "sentinel-without-answer")
    page.get_by_test_id("look-reason-urgent").click()
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible(timeout=15_000)
    kept = page.request.get(look).json()
    assert (kept["state"], kept["looks"][0]["broken"], kept["looks"][0]["answers"]) == ("shown", "urgent", [])
