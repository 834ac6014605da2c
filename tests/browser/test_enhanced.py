"""Local contrast on the reading page: by key and by button, named over the picture, and gone with the case."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import read_canvas, wait_for
from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CANVAS = "#viewport canvas"


def gray(page: Page) -> np.ndarray:
    found = read_canvas(page, CANVAS)
    assert found is not None
    return found.gray


def test_the_enhanced_picture_says_so_as_long_as_it_is_shown(server: Server, page: Page) -> None:
    sign_in(page, server, new_reader(server, "enhances"))
    open_phantom(page, server, "PHANTOM-933649")
    badge, corner = page.get_by_test_id("enhanced-badge"), page.get_by_test_id("corner-window")
    button = page.locator(".toolbar button", has_text="Enhance")
    expect(button).to_have_text("Enhance ⇧L")
    window = corner.inner_text()
    before = gray(page)
    expect(badge).to_have_count(0)
    with page.expect_response("**/frame/?voi=enhanced") as given:
        page.keyboard.press("Shift+L")
    assert given.value.status == 200
    expect(badge).to_have_text("processed: enhanced (CLAHE), not as acquired")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(corner).to_contain_text("processed")
    wait_for(page, lambda: np.abs(gray(page) - before).mean() > 5, "another picture")
    for name, (width, height) in {"1500": (1500, 900), "820": (820, 1180), "200-percent": (750, 475)}.items():
        page.set_viewport_size({"width": width, "height": height})
        expect(badge).to_be_in_viewport(ratio=1)
        keep_screenshot(page, f"enhanced-{name}")
    page.set_viewport_size({"width": 1500, "height": 900})
    button.click()  # off: the window of before
    expect(badge).to_have_count(0)
    expect(corner).to_have_text(window)
    page.keyboard.press("Shift+L")
    expect(badge).to_be_visible()
    page.keyboard.press("2")  # a window takes its place
    expect(badge).to_have_count(0)
    page.keyboard.press("Shift+L")
    expect(badge).to_be_visible()
    address = page.url
    page.keyboard.press("j")
    wait_for(page, lambda: page.url != address, "the next case")
    expect(page.get_by_test_id("viewport")).to_have_attribute("data-status", "ready")
    expect(badge).to_have_count(0)
    expect(button).to_have_attribute("aria-pressed", "false")
