"""Measuring: a line drawn on a picture of known spacing, on its pixels in every view, kept, and taken back."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CASE = "PHANTOM-933649"


def ready(page: Page) -> None:
    wait_for(page, lambda: page.evaluate("window.sightline.viewState().status") == "ready", "the whole picture")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> list[list[float]]:
    """Between two places of the picture (shares of its width and height); the image points that were hit."""
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    places = [(round(area["width"] * x), round(area["height"] * y)) for x, y in (start, end)]
    page.mouse.move(area["x"] + places[0][0], area["y"] + places[0][1])
    page.mouse.down()
    page.mouse.move(area["x"] + places[1][0], area["y"] + places[1][1], steps=5)
    page.mouse.up()
    return [page.evaluate("([x, y]) => window.sightline.canvasToPx(x, y)", list(place)) for place in places]


def lies_on(page: Page, points: list[list[float]]) -> bool:
    """Whether the drawn line ends where the view shows these image points."""
    line = page.locator("[data-testid=measurements] line.drawn").first
    ends = [float(line.get_attribute(name) or "nan") for name in ("x1", "y1", "x2", "y2")]
    shown = [
        value for point in points for value in page.evaluate("([x, y]) => window.sightline.pxToCanvas(x, y)", point)
    ]
    return max(abs(one - other) for one, other in zip(ends, shown, strict=True)) < 0.5


def test_a_length_is_right_stays_on_its_pixels_and_is_kept(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, CASE)
    ready(page)
    image = page.url.rstrip("/").split("/")[4].split("?")[0]
    spacing = page.request.get(f"{server.address}/api/images/{image}/header/").json()["spacing"]
    window = page.locator(".corner.bl").inner_text()
    page.keyboard.press("Shift+M")
    (x0, y0), (x1, y1) = points = drag(page, (0.4, 0.35), (0.58, 0.6))
    row = page.get_by_test_id("measurement-length")
    expect(row).to_have_text(re.compile(rf"Length [\d.]+ mm {spacing['kind']}"))
    shown = float(re.findall(r"[\d.]+", row.inner_text())[0])
    expected = math.hypot((x1 - x0) * spacing["column_mm"], (y1 - y0) * spacing["row_mm"])
    assert shown == pytest.approx(expected, rel=0.005)
    assert page.locator(".corner.bl").inner_text() == window, "the tool changes no window"
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    wait_for(page, lambda: page.evaluate("window.sightline.viewState().rotation") == 90, "the turned view")
    wait_for(page, lambda: lies_on(page, points), "the line on its pixels in the turned view")

    chosen = row.get_by_role("button").first
    if chosen.get_attribute("aria-pressed") != "true":
        chosen.press("Enter")
    moved = page.get_by_test_id("point-2-x")
    moved.fill("12,5")
    moved.press("Enter")
    points = [points[0], [12.5, points[1][1]]]
    wait_for(page, lambda: lies_on(page, points), "the line where it was written to end")
    keep_screenshot(page, "measurement-in-numbers")
    moved.blur()  # in a field Ctrl+Z is the field's
    page.keyboard.press("Control+z")
    points = [[x0, y0], [x1, y1]]
    wait_for(page, lambda: lies_on(page, points), "the line as it was drawn")
    page.reload()
    ready(page)
    expect(row).to_have_text(re.compile(rf"Length {shown}"))
    assert lies_on(page, points)
    page.get_by_role("button", name="Measure").click()
    page.get_by_role("button", name="Cardiothoracic ratio").click()
    drag(page, (0.44, 0.62), (0.58, 0.62))
    drag(page, (0.36, 0.7), (0.66, 0.7))
    ratio = page.get_by_test_id("measurement-ratio")
    expect(ratio).to_have_text(re.compile(r"Cardiothoracic ratio 0\.\d\d"))
    keep_screenshot(page, "measuring")
    page.set_viewport_size({"width": 820, "height": 1180})
    keep_screenshot(page, "measuring-820")
    page.set_viewport_size({"width": 1500, "height": 900})

    page.keyboard.press("Control+z")
    expect(ratio).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(ratio).to_have_count(1)
    page.keyboard.press("Escape")
    row.get_by_role("button").first.click()
    page.keyboard.press("Delete")
    expect(row).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(row).to_have_count(1)


def test_a_calibration_line_a_note_and_the_value_of_a_pixel(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, CASE)
    ready(page)
    page.keyboard.press("Shift+C")
    (x0, y0), (x1, y1) = drag(page, (0.4, 0.5), (0.6, 0.5))
    page.get_by_test_id("true-length").type("100,0")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("corner-scale")).to_contain_text("mm calibrated by your line")
    page.keyboard.press("Shift+M")
    (_, top), (_, bottom) = drag(page, (0.5, 0.3), (0.5, 0.7))
    length = page.get_by_test_id("measurement-length")
    expect(length).to_contain_text("mm calibrated by your line")
    shown = float(re.findall(r"[\d.]+", length.inner_text())[0])
    assert shown == pytest.approx(100 * (bottom - top) / math.hypot(x1 - x0, y1 - y0), rel=0.005)

    page.keyboard.press("Shift+N")
    drag(page, (0.62, 0.4), (0.7, 0.3))
    page.get_by_test_id("note-text").type("mark of the ribs")  # r, m, s: no shortcut fires in a field
    page.keyboard.press("Enter")
    expect(page.locator(".measurement-label", has_text="mark of the ribs")).to_be_visible()
    assert page.evaluate("window.sightline.viewState().rotation") == 0
    page.keyboard.press("Shift+P")
    drag(page, (0.45, 0.45), (0.45, 0.45))
    point = page.get_by_test_id("measurement-point")
    expect(point).to_have_text(re.compile(r"Point [\d.]+.* · x \d+, y \d+"))
    keep_screenshot(page, "measuring-notes")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+V")
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 0.45 * area["width"], area["y"] + 0.45 * area["height"])
    value = page.get_by_test_id("pixel-value").inner_text()
    assert value == point.inner_text().split("Point ")[1].split("remove")[0].strip()
    page.keyboard.down("p")
    expect(page.get_by_test_id("loupe")).to_be_visible()
    keep_screenshot(page, "measuring-loupe")
    page.keyboard.up("p")
    expect(page.get_by_test_id("loupe")).to_have_count(0)
