"""Image, heat-map and boxes in register (pixels.md §7, §9), found in rendered pixels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import CanvasPixels, painted, read_canvas, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS, COLUMNS = 300, 260
X0, Y0, X1, Y1 = 110, 90, 150, 140  # the bright rectangle covers [x0, x1) x [y0, y1)


def rectangle_file(tmp_path: Path, name: str, spacing: list[float]) -> Path:
    pixels = np.full((ROWS, COLUMNS), 500, np.uint16)
    pixels[Y0:Y1, X0:X1] = 3500
    pixels[:4, :4] = 4000  # a corner mark, so that percentiles see a range
    path = tmp_path / f"{name}.dcm"
    path.write_bytes(
        chest_dicom(
            rows=ROWS,
            columns=COLUMNS,
            PixelData=pixels.tobytes(),
            ImagerPixelSpacing=spacing,
            WindowCenter=2000,
            WindowWidth=4000,
        )
    )
    return path


def open_case(page: Page, server: Server, path: Path) -> None:
    sign_in(page, server)
    page.set_input_files("input[type=file]", str(path))
    item = page.get_by_test_id("upload-item").filter(has_text=path.name).first
    expect(item.get_by_role("link")).to_be_visible()
    item.get_by_role("link").click()
    wait_for(page, lambda: painted(page), "the rectangle on the canvas")


def to_canvas(page: Page, x: float, y: float) -> tuple[float, float]:
    """Image pixels -> CSS pixels from the canvas' top left, by the page's own conversion."""
    left, top = page.evaluate("([x, y]) => window.sightline.pxToCanvas(x, y)", [x, y])
    return float(left), float(top)


def zoom_in(page: Page, to: float) -> None:
    """Wheel over the rectangle's centre until one image pixel is at least `to` CSS px wide."""
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    for _ in range(120):
        left, top = to_canvas(page, (X0 + X1) / 2, (Y0 + Y1) / 2)
        right, _ = to_canvas(page, (X0 + X1) / 2 + 1, (Y0 + Y1) / 2)
        if right - left >= to:
            return
        page.mouse.move(area["x"] + left, area["y"] + top)
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(40)
    raise AssertionError(f"no zoom of {to} CSS px per image pixel")


def edge(profile: np.ndarray, rising: bool) -> float:
    """Where a profile crosses the middle between its ends, in samples, corner convention (sample k covers [k, k+1))."""
    middle = (profile.max() + profile.min()) / 2
    bright = profile > middle
    k = int(np.argmax(bright if rising else ~bright))
    low, high = profile[k - 1], profile[k]
    return k - 0.5 + (middle - low) / (high - low)


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("spacing", [[0.2, 0.2], [0.2, 0.1]], ids=["square", "anisotropic"])
def test_edges_lie_where_the_conversion_says(
    server: Server, browser: Browser, tmp_path: Path, ratio: int, spacing: list[float]
) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, device_scale_factor=ratio)
    page = context.new_page()
    open_case(page, server, rectangle_file(tmp_path, f"rectangle-{ratio}-{spacing[1]}", spacing))
    zoom_in(page, 10)
    page.wait_for_timeout(400)
    canvas = read_canvas(page, "[data-testid=viewport] canvas")
    area = page.get_by_test_id("viewport").bounding_box()
    assert canvas is not None
    assert area is not None
    scale = canvas.gray.shape[1] / area["width"]
    _, middle = to_canvas(page, (X0 + X1) / 2, (Y0 + Y1) / 2)
    row = canvas.gray[round(middle * scale)]
    checked = 0
    for x, rising in ((X0, True), (X1, False)):
        left, _ = to_canvas(page, x, (Y0 + Y1) / 2)
        if not 30 < left < area["width"] - 30:
            continue  # outside the view at this zoom
        start = round((left - 20) * scale)
        found = (start + edge(row[start : round((left + 20) * scale)], rising)) / scale
        assert found == pytest.approx(left, abs=0.5), f"edge x = {x}"
        checked += 1
        keep_screenshot(page, f"registration-{ratio}-{spacing[1]}")
    context.close()
    assert checked, "no edge of the rectangle was in view"


def predictions(page: Page) -> list[tuple[str, dict[str, Any]]]:
    """(image id, newest prediction) of every case, by the API."""
    found = []
    for case in page.evaluate("fetch('/api/images/').then(answer => answer.json())")["results"]:
        document = page.evaluate("id => fetch(`/api/images/${id}/predictions/`).then(a => a.json())", case["id"])
        entries = document["results"] if isinstance(document, dict) else document
        if entries and entries[0]["state"] == "succeeded":
            found.append((case["id"], entries[0]))
    return found


def open_image(page: Page, server: Server, image: str) -> dict[str, float]:
    """Open a case by its id; the viewport's place on the page in CSS px."""
    page.goto(f"{server.address}/images/{image}/")
    wait_for(page, lambda: painted(page), "the image")
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    return {name: area[name] for name in ("x", "y", "width", "height")}  # type: ignore[literal-required]


def test_model_boxes_are_drawn_at_their_pixels(server: Server, page: Page) -> None:
    sign_in(page, server)
    image, boxes = next(
        (image, boxes)
        for image, prediction in predictions(page)
        if (boxes := [b for f in prediction["findings"] for b in f["boxes"]])
    )
    area = open_image(page, server, image)
    wait_for(page, lambda: page.locator("[data-testid=model-boxes] rect.box-model").count() > 0, "a model box")
    page.wait_for_timeout(500)
    drawn = page.locator("[data-testid=model-boxes] rect.box-model").evaluate_all(
        "nodes => nodes.map(n => { const b = n.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )
    wanted = []
    for box in boxes:
        left, top = to_canvas(page, box["x"], box["y"])
        right, bottom = to_canvas(page, box["x"] + box["w"], box["y"] + box["h"])
        wanted.append([left + area["x"], top + area["y"], right + area["x"], bottom + area["y"]])
    for corners in drawn:  # the bounding rectangle of a shape leaves its stroke out
        assert min(float(np.abs(np.subtract(corners, entry)).max()) for entry in wanted) <= 1.0


LOWEST = 64 / 255  # of the colour that the highest score has: what a score on the threshold has


def threshold_share(entry: dict[str, Any], key: str) -> float:
    """Threshold of a finding's map as a share of the map's maximum."""
    k = entry["findings"].index(key)
    return float(entry["threshold"][k] / (1 if entry["scale"] == "relative" else entry["maximum"][k]))


def test_the_heat_map_sits_on_its_cells(server: Server, page: Page) -> None:
    # The server's map is replaced on the way by one hot cell: its centroid on the canvas must be the cell's centre.
    sign_in(page, server)
    image, entry, key = min(
        (
            (image, entry, key)
            for image, prediction in predictions(page)
            for entry in prediction["maps"]
            if entry["kind"] == "classmaps"
            for key, is_zero in zip(entry["findings"], entry["is_zero"], strict=True)
            if not is_zero
        ),
        key=lambda found: threshold_share(found[1], found[2]),  # the lower, the more colour there is to measure
    )
    shape = (len(entry["findings"]), entry["height"], entry["width"])
    cells = np.zeros(shape, "<f4")
    j, i = shape[1] // 2 - 1, shape[2] // 2 + 1
    cells[:, j, i] = entry["maximum"]  # the page scales by the maximum that the prediction names
    headers = {"X-Map-Shape": ",".join(map(str, shape)), "Content-Type": "application/octet-stream"}
    page.route("**/maps/classmaps/**", lambda route: route.fulfill(body=cells.tobytes(), headers=headers))
    area = open_image(page, server, image)
    page.get_by_test_id(f"select-{key}").click(timeout=60_000)
    page.get_by_test_id("map-classmaps").click()
    page.wait_for_timeout(1200)
    heat = read_canvas(page, "canvas[data-testid=overlay], [data-testid=overlay] canvas")
    assert heat is not None
    assert heat.alpha.any()
    scale = heat.alpha.shape[1] / area["width"]
    rows, columns = np.nonzero(heat.alpha)
    centroid = (columns.mean() + 0.5) / scale, (rows.mean() + 0.5) / scale
    x0, y0, x1, y1 = entry["region"]
    wanted = to_canvas(page, x0 + (i + 0.5) * (x1 - x0) / shape[2], y0 + (j + 0.5) * (y1 - y0) / shape[1])
    keep_screenshot(page, "registration-heat-map")
    assert centroid == pytest.approx(wanted, abs=1.0)
    # Scores around one hot cell are (1 - |du|)(1 - |dv|) in cells: the line lies on the threshold, and colour rises inwards.
    cell = np.subtract(to_canvas(page, x1, y1), to_canvas(page, x0, y0)) / (shape[2], shape[1])
    threshold = threshold_share(entry, key)
    offsets = (np.stack(np.nonzero(heat.alpha))[::-1].T + 0.5) / scale - wanted
    share = np.prod(1 - np.abs(offsets / cell), axis=1)
    red, green, blue, alpha = heat.rgba[np.nonzero(heat.alpha)].astype(int).T
    is_line = (red > 210) & (abs(green - 180) < 25) & (abs(blue - 80) < 30) & (alpha > 230)
    assert is_line.sum() > 20
    assert np.abs(share[is_line] - threshold).max() < 2.5 / np.abs(cell).min()  # within the width of the line
    inside = share > threshold + 4 / np.abs(cell).min()
    assert np.corrcoef(share[inside], alpha[inside])[0, 1] > 0.97
    slope = np.polyfit(share[inside], alpha[inside] / alpha[inside].max(), 1)[0]
    assert slope == pytest.approx((1 - LOWEST) / (1 - threshold), rel=0.15)
    assert white_pixels(heat) == 0
    page.keyboard.press("c")  # the other map as a white line, in the same view
    expect(page.get_by_test_id("other-map")).to_contain_text("White line: Grad-CAM")
    wait_for(page, lambda: white_pixels(read_canvas(page, "canvas[data-testid=overlay]")) > 20, "the line of Grad-CAM")
    page.keyboard.press("w")
    wait_for(page, lambda: white_pixels(read_canvas(page, "canvas[data-testid=overlay]")) == 0, "the map's end")


def white_pixels(heat: CanvasPixels | None) -> int:
    """Opaque pixels in the text's white."""
    if heat is None:
        return 0
    red, green, blue, alpha = heat.rgba.astype(int).transpose(2, 0, 1)
    return int(((np.minimum(np.minimum(red, green), blue) > 195) & (blue > red) & (alpha > 230)).sum())
