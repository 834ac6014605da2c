"""From case to case on one page: the right pixels, no page load, one frame per case, and words where a case cannot be opened."""

import re
from collections import Counter

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.canvas import CanvasPixels, painted, read_canvas, wait_for
from tests.browser.conftest import Server, cut_connection, keep_screenshot, sign_in
from tests.browser.test_bad_days import open_case
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def picture(page: Page) -> CanvasPixels:
    found = read_canvas(page, "[data-testid=viewport] canvas")
    assert found is not None
    return found


def await_case(page: Page) -> None:
    """The picture that the page is about is on the screen, as the page says and as the canvas shows."""
    viewport = page.get_by_test_id("viewport")
    expect(viewport).to_have_attribute("data-status", "ready", timeout=30_000)
    expect(viewport).to_be_visible()
    wait_for(page, lambda: painted(page), "the radiograph")


def differs(one: CanvasPixels, other: CanvasPixels) -> bool:
    return one.gray.shape != other.gray.shape or float(np.abs(one.gray - other.gray).max()) > 1


def step(page: Page, key: str) -> None:
    address = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != address)
    await_case(page)


def test_j_shows_the_right_case_on_the_same_page(server: Server, page: Page) -> None:
    frames: Counter[str] = Counter()

    def count(request: Request) -> None:
        if found := re.search(r"/api/images/([0-9a-f-]{36})/frame/\?voi=(?!preview)", request.url):
            frames[found[1]] += 1

    page.on("request", count)
    sign_in(page, server)
    first = open_case(page, server, 0)
    await_case(page)
    page.evaluate("() => { window.isSamePage = true; }")
    seen = {first: picture(page)}
    expect(page.get_by_test_id("next-ready")).to_be_visible(timeout=30_000)
    page.keyboard.press("r")  # what was done to the view of one case is not done to the next
    page.keyboard.press("i")
    for _ in range(2):
        step(page, "j")
        seen[page.url] = picture(page)
    keep_screenshot(page, "case-to-case")
    third = page.url
    assert len(seen) == 3
    assert max(frames.values()) == 1, "one frame per case"
    page.go_back()
    page.wait_for_url(lambda url: url != third)
    await_case(page)
    assert not differs(picture(page), seen[page.url]), "Back shows the case of its address"
    assert page.title() == f"Case {re.search('/images/([0-9a-f]{8})', page.url)[1]} · Sightline"  # type: ignore[index]
    step(page, "k")
    assert page.url == first
    assert page.evaluate("window.isSamePage") is True

    cut_connection(page)
    page.keyboard.press("j")
    expect(page.get_by_test_id("live-region")).to_contain_text("a case is opened only when that can be recorded")
    assert page.url == first
    assert not differs(picture(page), seen[first])
    page.context.set_offline(False)
    step(page, "j")

    for address, pixels in seen.items():  # a page load is the reference
        page.goto(address)
        await_case(page)
        assert not differs(picture(page), pixels), address


def test_a_case_that_is_gone_is_named_and_passed_by(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_case(page, server, 2)  # waits for three that are scored: the one that is gone, and one after it
    open_case(page, server, 0)
    answer = {"status": 404, "content_type": "application/json", "body": '{"detail": "no image has this id"}'}
    page.route("**/opening/**", lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
    address = page.url
    page.keyboard.press("j")
    expect(page.get_by_test_id("live-region")).to_contain_text("J goes on to the one after it")
    assert page.url == address
    page.unroute("**/opening/**")
    with page.expect_request("**/opening/**"):
        step(page, "j")


def test_on_a_slow_line_a_preview_comes_first_and_takes_no_answer(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, "PHANTOM-457368")  # opens with a linear window: a sigmoid is only approximated meanwhile
    address = page.url
    await_case(page)
    whole = picture(page)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    rate = {"offline": False, "latency": 40, "downloadThroughput": 200_000, "uploadThroughput": 200_000}  # 1.6 Mbit/s
    line.send("Network.emulateNetworkConditions", rate)
    page.goto(address, wait_until="commit")
    viewport = page.get_by_test_id("viewport")
    expect(viewport).to_have_attribute("data-status", "preview", timeout=30_000)
    expect(page.get_by_test_id("quality-badge")).to_have_text("preview")
    expect(page.get_by_test_id("arriving")).to_contain_text(re.compile(r"\d\.\d of \d\.\d MB"))
    wait_for(page, lambda: painted(page), "the preview")
    small = picture(page)
    keep_screenshot(page, "preview")
    page.keyboard.press("b")
    expect(page.get_by_test_id("live-region")).to_contain_text(re.compile("on its way|hidden|choose a finding"))
    line.send("Network.emulateNetworkConditions", {**rate, "downloadThroughput": -1, "uploadThroughput": -1})
    await_case(page)
    expect(page.get_by_test_id("quality-badge")).not_to_have_text("preview")
    expect(page.get_by_test_id("arriving")).to_have_count(0)
    assert not differs(picture(page), whole)
    assert small.gray.shape == whole.gray.shape
    assert float(np.abs(small.gray - whole.gray).mean()) < 1, "the preview lies where the frame will"
    assert differs(small, whole)


MARK = """async ([image, csrf]) => {
  const {results} = await (await fetch(`/api/images/${image}/predictions/`)).json();
  const body = {bundle: results[0].bundle, finding: '', term: 'nodule', verdict: 'missed_other',
    box: {x: 100, y: 100, w: 50, h: 50}, idempotency_key: crypto.randomUUID()};
  const answer = await fetch(`/api/images/${image}/reviews/`, {method: 'POST', body: JSON.stringify(body),
    headers: {'Content-Type': 'application/json', 'X-CSRFToken': csrf}});
  return [answer.status, answer.status < 300 ? '' : await answer.text()];
}"""


def test_the_list_of_failures_goes_along_and_leads_back(server: Server, page: Page) -> None:
    sign_in(page, server, "manager")
    for patient in ("PHANTOM-457368", "PHANTOM-933649"):
        open_phantom(page, server, patient)
        csrf = page.evaluate("JSON.parse(document.getElementById('reading-boot').textContent).csrf")
        assert page.evaluate(MARK, [page.url.split("/")[-2], csrf]) == [201, ""]
    page.goto(f"{server.address}/failures/?verdict=missed_other")
    rows = page.get_by_test_id("failure-row")
    cases = list(dict.fromkeys(row.get_attribute("data-image") for row in rows.all()))
    page.keyboard.press("k")  # the case opened last is chosen: it is the first
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/images/{cases[0]}/"))
    await_case(page)
    expect(page.locator(".case-position")).to_have_text(f"1 of {len(cases)}")
    step(page, "j")
    assert cases[1] in page.url
    expect(page.locator(".case-position")).to_have_text(f"2 of {len(cases)}")
    keep_screenshot(page, "case-of-failures")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url(f"{server.address}/failures/?verdict=missed_other")
    expect(page.locator("tr.on")).to_have_attribute("data-image", str(cases[1]))
    assert page.evaluate("document.activeElement.closest('tr').dataset.image") == cases[1]
    keep_screenshot(page, "failures-returned-to")


def test_esc_twice_leads_back_to_the_row_of_the_case(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1500, "height": 420})  # low, so that the list scrolls
    sign_in(page, server)
    page.goto(f"{server.address}/?state=all&sort=study")
    page.get_by_test_id("worklist-row").nth(8).get_by_role("link").first.click()
    page.wait_for_url(re.compile("/images/"))
    await_case(page)
    step(page, "j")
    case = re.search(r"/images/([0-9a-f-]{36})/", page.url)[1]  # type: ignore[index]
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("live-region")).to_have_text("Esc again returns to the list")
    page.keyboard.press("Escape")
    page.wait_for_url(f"{server.address}/?state=all&sort=study")
    row = page.locator("tr.on")
    expect(row).to_have_attribute("data-image", case)
    assert page.evaluate("document.activeElement.closest('tr').dataset.image") == case
    assert page.evaluate("window.scrollY") > 0
