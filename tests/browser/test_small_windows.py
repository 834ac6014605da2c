"""On a tablet, on a low screen and at 200 % zoom the picture keeps its place, and everything can be reached and pressed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import opened
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_bad_days import CALLED
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {"1280": (1280, 720), "820": (820, 1180), "200-percent": (750, 450)}  # CSS pixels
FINGER_PX = 44

SMALL_TARGETS = """
least => [...document.querySelectorAll('.reading-page button, .reading-page input[type=range], .reading-page a')]
  .filter(element => element.checkVisibility({visibilityProperty: true}))
  .map(element => [element.innerText || element.ariaLabel || element.type, element.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([name, box]) => `${name} ${box.width} x ${box.height}`)
"""


@pytest.fixture(scope="module")
def tablet(server: Server, browser: Browser) -> Iterator[Page]:
    """The first demo case, read with a finger in portrait."""
    context = browser.new_context(viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, server)
    yield opened(page)
    context.close()


def height_of(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["height"]


def share_of_picture(page: Page) -> float:
    """Share of the window's height that the picture keeps above the sheet."""
    stage, side = page.locator(".stage").bounding_box(), page.get_by_test_id("side-panel").bounding_box()
    size = page.viewport_size
    assert stage is not None
    assert side is not None
    assert size is not None
    bottom = min(stage["y"] + stage["height"], side["y"]) if side["x"] == 0 else stage["y"] + stage["height"]
    return float((bottom - stage["y"]) / size["height"])


def test_the_picture_keeps_more_than_half_of_the_height(server: Server, page: Page) -> None:
    sign_in(page, server)
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{server.address}/?state=all")
        assert page.locator(".cases").evaluate("table => table.scrollWidth - table.parentElement.clientWidth") <= 0, (
            name
        )
        open_phantom(page, server, CALLED)
        expect(page.locator("[data-testid^=select-]").first).to_be_attached()
        assert share_of_picture(page) >= 0.55, name
        toolbar = page.get_by_role("navigation", name="Tools")
        tops = toolbar.locator("button").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        assert max(tops) - min(tops) < 8, f"{name}: the toolbar has more than one row"
        page.wait_for_timeout(300)
        keep_screenshot(page, f"small-window-{name}")
        for key, form in (("x", "failure-form"), ("a", "mark-form")):
            page.keyboard.press(key)
            expect(page.get_by_test_id(form)).to_be_visible()
            assert share_of_picture(page) >= 0.55, f"{name}: {form}"
            assert is_in_sight(page, "[data-testid=save-review]"), f"{name}: {form}"
            keep_screenshot(page, f"small-window-{name}-{form}")
            page.keyboard.press("Escape")
    strip = page.locator(".sheet-strip")
    expect(strip.locator("[data-testid^=strip-]").first).to_be_visible()  # a strip of chips at 200 %
    a_form_in_the_strip_is_filled_by_keyboard_and_raised(page)
    a_form_that_is_open_leaves_the_picture_when_zoomed(page)


def a_form_that_is_open_leaves_the_picture_when_zoomed(page: Page) -> None:
    page.set_viewport_size({"width": 1500, "height": 950})
    page.keyboard.press("x")
    expect(page.get_by_test_id("failure-form")).to_be_visible()
    page.set_viewport_size({"width": 750, "height": 475})  # what 200 % leaves
    expect(page.locator(".sheet-strip").get_by_test_id("failure-form")).to_be_visible()
    assert share_of_picture(page) >= 0.55
    assert is_in_sight(page, "[data-testid=save-review]")
    page.get_by_test_id("discard-draft").click()


def a_form_in_the_strip_is_filled_by_keyboard_and_raised(page: Page) -> None:
    page.keyboard.press("x")
    for _ in range(6):
        page.keyboard.press("Tab")
        assert is_in_sight(page, ":focus", left_of="[data-testid=save-review]")
    page.get_by_test_id("severity-1").click()
    page.keyboard.press("u")
    expect(page.locator(".panel").get_by_test_id("severity-1")).to_have_attribute("aria-checked", "true")
    assert is_in_sight(page, "[data-testid=save-review]")
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.locator(".sheet-strip").get_by_test_id("severity-1")).to_have_attribute("aria-checked", "true")
    page.get_by_test_id("discard-draft").click()


def is_in_sight(page: Page, selector: str, left_of: str = "") -> bool:
    """Whether nothing of the element lies outside of the window, or to the right of where another one begins."""
    box, size = page.locator(selector).bounding_box(), page.viewport_size
    other = page.locator(left_of).bounding_box() if left_of else None
    assert box is not None
    assert size is not None
    right = other["x"] if other else size["width"]
    return box["x"] >= 0 and box["x"] + box["width"] <= right + 1 and box["y"] + box["height"] <= size["height"]


def test_the_sheet_has_three_heights_by_button_key_and_drag(tablet: Page) -> None:
    page = tablet
    side = page.get_by_test_id("side-panel")
    reset(page)

    def at(height: str) -> None:
        expect(side).to_have_attribute("data-height", height)

    page.get_by_test_id("sheet-up").click()
    at("full")
    assert height_of(page, "[data-testid=side-panel]") > 900
    assert height_of(page, ".stage") > 600  # it lies under the sheet, as large as before
    keep_screenshot(page, "sheet-full")
    page.get_by_test_id("sheet-down").click()
    page.get_by_test_id("sheet-down").click()
    at("closed")
    expect(page.locator(".panel")).to_be_hidden()
    keep_screenshot(page, "sheet-closed")
    for height in ("half", "full", "closed"):
        page.keyboard.press("u")
        at(height)
    for y, height in ((700, "half"), (150, "full"), (1150, "closed")):
        drag_grip(page, y)
        at(height)
    page.locator("[data-testid^=strip-]").nth(1).click()
    at("half")


def reset(page: Page) -> None:
    while page.get_by_test_id("side-panel").get_attribute("data-height") != "half":
        page.keyboard.press("u")


def drag_grip(page: Page, to_y: float) -> None:
    box = page.get_by_test_id("sheet-grip").bounding_box()
    assert box is not None
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, to_y, steps=5)
    page.mouse.up()


def test_nothing_to_press_is_smaller_than_a_finger(tablet: Page) -> None:
    reset(tablet)
    assert tablet.evaluate(SMALL_TARGETS, FINGER_PX) == []
