"""The graphics context is lost in mid-drawing: the page says so, nothing of what was begun is lost, and a reload shows it again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_drafts import begin_a_mark, expect_the_draft
from tests.browser.test_panel_words import DECIDED, open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Cornerstone draws on canvases that no document holds: whoever asks for a context is noted.
NOTED = """
window.contexts = [];
for (const kind of [HTMLCanvasElement, OffscreenCanvas]) {
  const original = kind.prototype.getContext;
  kind.prototype.getContext = function (name, ...more) {
    const context = original.call(this, name, ...more);
    if (context && name === 'webgl2') window.contexts.push(context);
    return context;
  };
}
"""
LOSE = "() => { for (const one of window.contexts) one.getExtension('WEBGL_lose_context')?.loseContext(); }"
LOST = "The graphics context was lost. Your answers are kept: reload the page to see the image again."


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, is_let_go: bool = True) -> None:
    """From and to places of the viewport, as shares of it."""
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    (x0, y0), (x1, y1) = ((area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in (start, end))
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=6)
    if is_let_go:
        page.mouse.up()


def expect_the_sentence(page: Page) -> None:
    expect(page.locator(".stage-message.stop")).to_contain_text(LOST)
    expect(page.get_by_test_id("live-region")).to_have_text(LOST)
    page.mouse.up()


def test_a_box_and_measurements_survive_a_lost_graphics_context(server: Server, page: Page) -> None:
    sign_in(page, server, new_reader(server, "loses-graphics"))
    page.add_init_script(NOTED)
    open_phantom(page, server, DECIDED)
    begin_a_mark(page)
    numbers = page.get_by_test_id("box-numbers")
    before = numbers.inner_text()
    drag(page, (0.3, 0.3), (0.4, 0.45), is_let_go=False)  # another box, which the hand still holds
    wait_for(page, lambda: numbers.inner_text() != before, "the box that is drawn")
    drawn = numbers.inner_text()
    page.wait_for_timeout(500)  # the browser's storage has it
    page.evaluate(LOSE)
    expect_the_sentence(page)
    expect(numbers).to_have_text(drawn)
    keep_screenshot(page, "graphics-lost")
    page.get_by_test_id("save-review").click()  # nobody judges an image that is not seen
    expect(page.get_by_test_id("failure-form")).to_have_count(1)
    page.get_by_role("button", name="Reload").click()
    expect_the_draft(page)
    expect(numbers).to_have_text(drawn)
    page.get_by_test_id("discard-draft").click()

    page.keyboard.press("Shift+M")
    drag(page, (0.4, 0.5), (0.6, 0.5))
    length = page.get_by_test_id("measurement-length")
    expect(length).to_have_count(1)
    told = length.inner_text()
    page.wait_for_timeout(500)
    drag(page, (0.4, 0.6), (0.5, 0.7), is_let_go=False)
    page.evaluate(LOSE)
    expect_the_sentence(page)
    expect(length.first).to_have_text(re.compile(re.escape(told.splitlines()[0])))
    page.get_by_role("button", name="Reload").click()
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(length.first).to_have_text(re.compile(re.escape(told.splitlines()[0])))
