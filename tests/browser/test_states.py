"""By keyboard alone: answers to a refused case, to an undecided finding and on what the model does not know; what is stored."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
READER = "statistician"  # reads nothing in other tests
SIZES = {
    "1500": (1500, 950),
    "1280": (1280, 720),
    "820": (820, 1180),
    "200": (750, 475),
}  # the last: 1500 x 950 at 200 %


def stored(page: Page, server: Server) -> list[tuple[Any, ...]]:
    """Current answers of this case, oldest first: finding or term, verdict, box (whole pixels), note."""
    image = re.search(r"/images/([^/]+)/", page.url)
    assert image
    rows = page.request.get(f"{server.address}/api/images/{image[1]}/reviews/").json()["reviews"]
    found = []
    for row in reversed([row for row in rows if row["is_current"] and row["is_mine"]]):
        box = row["box"] and tuple(round(row["box"][side]) for side in "xywh")
        found.append((row["finding"] or row["term"], row["verdict"], box, row["note"]))
    return found


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def announced(page: Page, text: str) -> None:
    expect(page.get_by_test_id("live-region")).to_have_text(re.compile(text))


def shown_at_every_size(page: Page, name: str) -> None:
    for label, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        wait_for(page, lambda: painted(page), "the radiograph at the new size")
        keep_screenshot(page, f"{name}-{label}")
    page.set_viewport_size({"width": 1500, "height": 950})


def test_every_state_is_answered_by_keyboard(server: Server, page: Page) -> None:
    sign_in(page, server, READER)
    open_phantom(page, server, "PHANTOM-683228")
    expect(page.get_by_test_id("gate")).to_be_visible(timeout=20_000)
    expect(page.locator("section.finding")).to_have_count(3)
    cards = [card.get_attribute("data-testid") or "" for card in page.locator("section.finding").all()]
    one, two, three = [card.removeprefix("finding-") for card in cards]

    press(page, "y")
    expect(page.get_by_test_id(f"refusal_right-{one}")).to_have_attribute("aria-pressed", "true")
    press(page, "]", "x")
    expect(page.get_by_test_id(f"refusal_wrong-{two}")).to_have_attribute("aria-pressed", "true")
    press(page, "]", "Shift+Y")
    expect(page.get_by_test_id("mark-form")).to_be_visible()
    shown_at_every_size(page, "states-refused")
    press(page, "b", "b", "Enter")
    expect(page.get_by_test_id(f"present-{three}")).to_have_attribute("aria-pressed", "true")
    announced(page, "saved")
    wait_for(page, lambda: len(stored(page, server)) == 3, "three answers to be stored")
    assert [row[:2] for row in stored(page, server)] == [
        (one, "refusal_right"), (two, "refusal_wrong"), (three, "present"),
    ]  # fmt: skip
    assert stored(page, server)[2][2] is not None  # the box in the centre

    press(page, "Shift+X")  # a change of mind: one answer, and undo gives the one before again
    expect(page.get_by_test_id(f"absent-{three}")).to_have_attribute("aria-pressed", "true")
    wait_for(page, lambda: stored(page, server)[-1][:2] == (three, "absent"), "the change of mind to be stored")
    press(page, "Control+z")
    expect(page.get_by_test_id(f"present-{three}")).to_have_attribute("aria-pressed", "true")
    wait_for(page, lambda: stored(page, server)[-1][:2] == (three, "present"), "the answer before to be stored again")
    assert stored(page, server)[-1][2] is not None


def test_what_the_model_is_undecided_on_or_does_not_know(server: Server, page: Page) -> None:
    sign_in(page, server, READER)
    open_phantom(page, server, "PHANTOM-933649")
    card = page.get_by_test_id("finding-lung_opacity")
    expect(card).to_have_attribute("data-decision", "uncertain", timeout=20_000)
    expect(card.locator(".acts").last.locator("button")).to_have_text(
        [re.compile("Finding is there"), re.compile("Not there"), re.compile("Cannot say")]
    )
    page.get_by_test_id("select-lung_opacity").press("Enter")
    press(page, "y")
    announced(page, "undecided here: ⇧Y it is there, ⇧X it is not, ⇧U cannot say")
    assert stored(page, server) == []
    press(page, "Shift+X")
    expect(page.get_by_test_id("absent-lung_opacity")).to_have_attribute("aria-pressed", "true")
    announced(page, "^saved")  # else it may come after what is announced next

    press(page, "a")
    form = page.get_by_test_id("mark-form")
    expect(form.locator("[role=radio]").first).to_be_focused()
    expect(form.get_by_test_id("term-pleural_effusion")).to_have_count(0)  # the model has a finding for it
    press(page, "Enter")
    announced(page, "still needed: what is there")
    press(page, "ArrowRight")
    chosen = form.locator("[role=radio][aria-checked=true]").first
    term = (chosen.get_attribute("data-testid") or "").removeprefix("term-")
    page.reload()  # half filled: it is there again
    expect(page.get_by_test_id(f"term-{term}")).to_have_attribute("aria-checked", "true", timeout=20_000)
    expect(page.get_by_test_id("viewport")).to_have_attribute("data-status", "ready")  # a box waits for it
    press(page, "b", "b", "Enter")
    expect(page.get_by_test_id(f"take-back-{term}")).to_be_visible()  # the own one: colleagues' marks are listed, too
    shown_at_every_size(page, "states-other")
    rows = stored(page, server)
    assert [row[:2] for row in rows] == [("lung_opacity", "absent"), (term, "missed_other")]
    assert rows[1][2] is not None
    page.get_by_test_id(f"take-back-{term}").press("Enter")
    expect(page.get_by_test_id(f"take-back-{term}")).to_have_count(0)
