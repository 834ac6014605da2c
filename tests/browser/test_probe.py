"""What would change the model's mind: asked by key after the answer, erased by hand, and gone with the answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import wait_for
from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_bad_days import CALLED
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_part_is_erased_and_the_number_moves(server: Server, page: Page) -> None:
    sign_in(page, server, new_reader(server, "asks_what_would_change"))
    open_phantom(page, server, CALLED)
    said = page.get_by_test_id("live-region")

    def is_refused() -> bool:
        page.keyboard.press("m")  # pressed before result and earlier answers have come, it says that
        return "your answer on this finding first" in said.inner_text()

    wait_for(page, is_refused, "the answer to be asked for first")
    assert page.locator("[data-testid^=probe-]:not(svg)").count() == 0
    page.keyboard.press("y")
    expect(said).to_have_text("saved")
    page.keyboard.press("m")
    page.get_by_test_id("erase-left_lung").hover()
    expect(page.locator("[data-testid=probe-layer] path.pointed")).to_have_count(1)
    page.get_by_test_id("erase-each").click()
    table = page.get_by_test_id("probe-result")
    expect(table.locator("tbody tr")).to_have_count(10)  # nothing erased, and nine structures
    keep_screenshot(page, "probe-each")

    page.keyboard.press("e")
    place = page.get_by_test_id("viewport").bounding_box()
    assert place is not None
    window = page.locator(".corner.bl").inner_text()
    x, y = place["x"] + 0.6 * place["width"], place["y"] + 0.4 * place["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 60, steps=8)
    page.mouse.up()
    expect(page.locator("[data-testid=probe-layer] polyline")).to_have_count(1)
    assert page.locator(".corner.bl").inner_text() == window, "the eraser changes no window"
    keep_screenshot(page, "probe-erased")
    page.keyboard.press("Enter")
    expect(table).to_have_count(2)
    expect(table.first).to_contain_text("Erased by hand")
    expect(page.locator("[data-testid=probe-layer] polyline")).to_have_count(0)

    page.keyboard.press("e")  # the same without a pointer
    for key in ("ArrowLeft", "Shift+ArrowLeft", "Alt+ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator("[data-testid=probe-layer] polyline")).to_have_count(1)
    expect(said).to_contain_text("erased at ")
    assert page.locator(".corner.bl").inner_text() == window
    keep_screenshot(page, "probe-erased-by-keyboard")
    page.keyboard.press("Enter")
    expect(table).to_have_count(3)
    expect(table.first).to_contain_text("Erased by hand")

    page.keyboard.press("o")  # the model is hidden: nothing that it was asked stays to be seen
    expect(table).to_have_count(0)
    page.keyboard.press("o")
    page.keyboard.press("Control+z")
    expect(table).to_have_count(0)
