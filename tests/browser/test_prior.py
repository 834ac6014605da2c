"""An earlier image beside the case: in register by the chest, marked, and out of the way of answers, in rendered pixels."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect
from scipy import ndimage

from benchmarks.phantom_sites import landmarks
from tests.browser.canvas import painted, read_canvas, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_left_and_right import open_film, sent
from tests.webapp.archive.dicom_files import chest_dicom
from training.phantoms.draw import draw_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCALE, ROWS, COLUMNS, DOWN, ACROSS = 0.8, 660, 700, 70, 150  # of the earlier image, and where the chest lies in it
TOLERANCE = 0.02  # of the width of the canvas
PATIENT = {"PatientID": "PRIOR-BESIDE", "PatientBirthDate": "19600101", "PatientSex": "F", "PatientName": "BESIDE^ANNA"}


def files(folder: Path) -> list[Path]:
    """The earlier one is smaller, lies elsewhere in a picture of another shape, and is stored mirrored and inverted; both have a
    bright square in the left lung."""
    phantom = draw_phantom(7, size=(700, 600), findings=(), devices=False)
    lines = landmarks(phantom)
    x, y = (
        int(0.5 * (lines["below"] + lines["left"])),
        int(0.55 * lines["left_dome"] + 0.45 * lines["apex"]),
    )
    now = np.clip(phantom.image * 3000, 0, 3000)
    now[y - 12 : y + 12, x - 12 : x + 12] = 4095
    small = ndimage.zoom(now, SCALE, order=1)
    then = np.zeros((ROWS, COLUMNS))
    then[DOWN : DOWN + small.shape[0], ACROSS : ACROSS + small.shape[1]] = small
    made = []
    for name, values, more in (
        ("now", now, {"StudyDate": "20260310", "PatientOrientation": ["L", "F"]}),
        ("then", 4095 - then[:, ::-1], {"StudyDate": "20251109", "PatientOrientation": ["R", "F"]}),
    ):
        if name == "then":
            more |= {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}
        pixels = np.ascontiguousarray(values.astype(np.uint16))
        file = chest_dicom(
            rows=pixels.shape[0],
            columns=pixels.shape[1],
            PixelData=pixels.tobytes(),
            ViewPosition="PA",
            BodyPartExamined="CHEST",
            StudyTime="101500",
            WindowCenter=2048,
            WindowWidth=4096,
            **PATIENT,
            **more,
        )
        made.append(folder / f"{name}.dcm")
        made[-1].write_bytes(file)
    return made


def square(page: Page, viewport: str) -> tuple[float, float]:
    """Centre of the bright square, as shares of the canvas."""
    canvas = read_canvas(page, f"[data-testid={viewport}] canvas")
    assert canvas is not None
    bright = canvas.gray >= 250
    parts, count = ndimage.label(bright)
    assert count
    largest = int(np.argmax(ndimage.sum(bright, parts, range(1, count + 1)))) + 1
    row, column = ndimage.center_of_mass(parts == largest)
    return column / canvas.gray.shape[1], row / canvas.gray.shape[0]


def apart(page: Page) -> float:
    """How far the square lies from where it lies in the other picture, as a share of the width of the canvas."""
    page.wait_for_timeout(300)
    (x, y), (other_x, other_y) = square(page, "viewport"), square(page, "prior-viewport")
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    return float(np.hypot(x - other_x, (y - other_y) * area["height"] / area["width"]))


def is_ahead(request: Request) -> bool:
    """What is fetched for the next case of the list, which happens to be the prior."""
    return "x-sightline-ahead" in request.headers


IS_ON_TOP = """button => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const corners = [[left + 4, top + 4], [right - 4, top + 4], [left + 4, bottom - 4], [right - 4, bottom - 4]];
  return corners.every(([x, y]) => document.elementFromPoint(x, y) === button);
}"""
ON_TOP = "([x, y]) => document.elementFromPoint(x, y).closest('[data-testid]').dataset.testid"


def test_a_prior_lies_beside_in_register_and_takes_no_answers(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    then, now = sent(page, server, files(tmp_path)[::-1]).values()
    asked: list[str] = []
    page.on(
        "request", lambda request: None if is_ahead(request) else asked.append(request.url.removeprefix(server.address))
    )
    open_film(page, now)
    caption, pictures, announced = (page.get_by_test_id(name) for name in ("prior-caption", "pictures", "live-region"))
    expect(caption).to_contain_text("2025-11-09 10:15 · 4 months before · PA")
    expect(page.get_by_test_id("prior-link")).to_contain_text("linked by the chest")
    image, prior = (address.rstrip("/").rpartition("/")[2] for address in (now, then))
    frame = next(k for k, path in enumerate(asked) if f"{image}/frame/?voi=linear" in path)
    opening = asked.index(f"/api/images/{image}/priors/{prior}/opening/")
    assert frame < opening < next(k for k, path in enumerate(asked) if f"{prior}/frame/" in path)
    assert [path for path in asked if prior in path and ("predictions" in path or "reviews" in path)] == []

    found = {"fitted": apart(page)}
    areas = {name: page.get_by_test_id(name).bounding_box() for name in ("viewport", "prior-viewport")}
    one, other = areas["viewport"], areas["prior-viewport"]
    assert one is not None
    assert other is not None
    assert (one["width"], one["height"], one["y"]) == (other["width"], other["height"], other["y"])
    page.mouse.move(one["x"] + one["width"] * 0.6, one["y"] + one["height"] * 0.45)
    for _ in range(3):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(60)
    found["zoomed"] = apart(page)
    page.mouse.move(other["x"] + other["width"] * 0.5, other["y"] + other["height"] * 0.5)
    page.mouse.down(button="middle")
    page.mouse.move(other["x"] + other["width"] * 0.45, other["y"] + other["height"] * 0.4, steps=5)
    page.mouse.up(button="middle")
    found["the prior was moved"] = apart(page)
    keep_screenshot(page, "prior-beside")
    assert max(found.values()) <= TOLERANCE, found

    before = square(page, "prior-viewport")
    page.keyboard.press("Shift+d")
    expect(announced).to_have_text("zoom and pan are not linked")
    page.keyboard.press("+")
    assert apart(page) > TOLERANCE
    assert square(page, "prior-viewport") == pytest.approx(before, abs=1e-3)
    page.keyboard.press("Shift+d")
    wait_for(page, lambda: apart(page) <= TOLERANCE, "the linked place")
    inverted = page.evaluate("window.sightline.beside().viewState().isInverted")
    page.keyboard.press("i")  # windows are each picture's own
    assert page.evaluate("window.sightline.viewState().isInverted") is True
    assert page.evaluate("window.sightline.beside().viewState().isInverted") is inverted
    page.keyboard.press("i")

    page.keyboard.down("d")
    wait_for(page, lambda: pictures.get_attribute("data-held") is not None, "the prior in the place of the case")
    assert page.get_by_test_id("prior-viewport").bounding_box() == one
    shown = page.evaluate(ON_TOP, [one["x"] + 50, one["y"] + 200])
    assert shown == "prior-viewport"
    page.keyboard.press("a")
    expect(announced).to_contain_text("another image is in the place of the case")
    page.keyboard.up("d")
    expect(pictures).not_to_have_attribute("data-held", "")

    page.get_by_test_id("prior-link").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.testid") == "prior-viewport"
    page.keyboard.press("i")
    assert page.evaluate("window.sightline.beside().viewState().isInverted") is not inverted
    page.keyboard.press("y")
    expect(announced).to_contain_text("takes no answers")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.testid || ''") == ""
    page.keyboard.press("i")
    assert page.evaluate("window.sightline.viewState().isInverted") is True

    page.keyboard.press("d")
    expect(announced).to_contain_text("not shown, in the next cases of this view neither")
    expect(page.get_by_test_id("prior-summary")).to_have_text("prior 4 months before")
    page.set_viewport_size({"width": 750, "height": 475})  # 1500 x 950 at 200 %
    page.reload()
    expect(page.get_by_test_id("prior-summary")).to_have_text("prior 4 months before")
    wait_for(page, lambda: painted(page), "the case on the canvas")
    page.keyboard.press("d")
    expect(caption).to_be_visible()
    expect(pictures).to_have_attribute("data-prior", "over")
    stage, narrow = page.locator(".stage").bounding_box(), page.get_by_test_id("prior-viewport").bounding_box()
    assert stage is not None
    assert stage == narrow
    assert stage["height"] >= 0.55 * 475
    keep_screenshot(page, "prior-200-percent")
    page.keyboard.press("d")
    expect(caption).not_to_be_visible()
    page.set_viewport_size({"width": 1500, "height": 900})
    open_film(page, then)
    expect(page.get_by_test_id("prior-summary")).to_have_text("no prior known")


def test_further_images_are_whole_buttons_for_pointer_and_keyboard(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    pixels = np.tile(np.linspace(0, 4000, 160).astype(np.uint16), (200, 1)).tobytes()
    paths = [tmp_path / f"strip{year}.dcm" for year in range(2019, 2027)]
    patient = {**PATIENT, "PatientID": "PRIOR-STRIP"}
    for path in paths:
        day = f"{path.stem[-4:]}0310"
        stated = {"ViewPosition": "PA", "BodyPartExamined": "CHEST", "StudyDate": day, "StudyTime": "101500", **patient}
        path.write_bytes(chest_dicom(rows=200, columns=160, PixelData=pixels, **stated))
    now = sent(page, server, paths)[paths[-1].name]
    caption, strip = page.get_by_test_id("prior-caption"), page.get_by_test_id("prior-strip")
    buttons = strip.get_by_role("button")
    for width, height in ((1500, 900), (1280, 720), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        open_film(page, now)
        if width < 900:
            page.keyboard.press("d")
        expect(buttons).to_have_count(7)
        expect(caption).to_contain_text("2025-03-10 10:15 · 12 months before · PA")
        shown = [buttons.nth(place).evaluate(IS_ON_TOP) for place in range(7)]
        assert shown == [True] * 7, (width, shown)
        keep_screenshot(page, f"prior-strip-{width}")
        buttons.nth(3).click()
        expect(caption).to_contain_text("2022-03-10 10:15")
        page.get_by_test_id("prior-link").focus()
        for _ in range(7):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(caption).to_contain_text("2019-03-10 10:15")
