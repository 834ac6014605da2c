"""The second window in a real Chromium: in step with its reading page, blank when that goes, and without anything of a model."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.canvas import read_canvas, wait_for
from tests.browser.conftest import PASSWORD, Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_case_to_case import step
from tests.browser.test_left_and_right import open_film, sent
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT = {
    "PatientBirthDate": "19610203",
    "PatientSex": "F",
    "PatientName": "WINDOW^VERA",
    "StudyTime": "101500",
    "BodyPartExamined": "CHEST",
}
SIZES = {"1500": (1500, 900), "1280": (1280, 720), "820": (820, 1180), "200-percent": (750, 475)}


def files(folder: Path, patient: str) -> list[Path]:
    """A frontal film, and one of a year before; a patient of each test's own."""
    stated = {**PATIENT, "PatientID": patient}
    pixels = np.tile(np.linspace(0, 4000, 160).astype(np.uint16), (200, 1)).tobytes()
    made = []
    for name, day in (("second-then", "20250310"), ("second-now", "20260310")):
        made.append(folder / f"{name}.dcm")
        made[-1].write_bytes(
            chest_dicom(rows=200, columns=160, PixelData=pixels, ViewPosition="PA", StudyDate=day, **stated)
        )
    return made


def is_bright(page: Page) -> bool:
    canvas = read_canvas(page, "[data-testid=second-viewport] canvas")
    visible = page.get_by_test_id("second-viewport").evaluate("host => getComputedStyle(host).visibility")
    return canvas is not None and visible == "visible" and bool(canvas.gray.max() > 200)


def opened_from(page: Page) -> Page:
    with page.expect_popup() as found:
        page.get_by_test_id("second-window").click()
    return found.value


def same_patient(page: Page, second: Page) -> None:
    """Of a reading page that stands: one that is still on its way shows the patient before."""
    shown = page.get_by_test_id("patient-id").inner_text()
    expect(second.get_by_test_id("patient-id")).to_have_text(shown)


def test_it_follows_its_reading_page_and_shows_pictures_alone(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server, new_reader(server, "two-monitors"))
    then, now = sent(page, server, files(tmp_path, "SECOND-WINDOW")).values()
    open_film(page, now)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url.removeprefix(server.address))

    page.context.on("page", lambda opened: opened.on("request", note))
    second = opened_from(page)
    faults: list[str] = []
    second.on("pageerror", lambda error: faults.append(str(error)))
    expect(second.get_by_test_id("patient-name")).to_have_text("WINDOW, VERA")
    expect(second.get_by_test_id("research-banner")).to_be_visible()
    caption, why = second.get_by_test_id("second-caption"), second.get_by_test_id("second-why")
    expect(caption).to_contain_text("2025-03-10 10:15 · 12 months before · PA")
    wait_for(second, lambda: is_bright(second), "the earlier image in the second window")
    image, prior = (address.rstrip("/").rpartition("/")[2] for address in (now, then))
    opening = asked.index(f"/api/images/{image}/priors/{prior}/opening/")
    assert opening < next(k for k, path in enumerate(asked) if f"{prior}/frame/" in path)
    for name, (width, height) in SIZES.items():
        second.set_viewport_size({"width": width, "height": height})
        assert second.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        keep_screenshot(second, f"second-window-{name}")
    second.set_viewport_size({"width": 1280, "height": 800})

    second.get_by_test_id("second-case").click()
    expect(caption).to_contain_text("this case, without the model")
    wait_for(second, lambda: is_bright(second), "the case in the second window")
    keep_screenshot(second, "second-window-case")
    page.keyboard.press("j")  # the earlier image, which is the next of the list, and another patient
    page.keyboard.press("j")
    expect(page.get_by_test_id("patient-id")).not_to_contain_text("SECOND-WINDOW")
    same_patient(page, second)
    second.keyboard.press("k")
    expect(page.get_by_test_id("patient-id")).to_contain_text("SECOND-WINDOW")
    same_patient(page, second)
    open_film(page, then)  # the reading page is loaded anew, and is another one for its window
    expect(why).to_contain_text("The reading page was closed or left")
    assert not is_bright(second)
    keep_screenshot(second, "second-window-left")
    page.get_by_test_id("second-window").click()
    same_patient(page, second)
    second.reload()  # what it wanted is forgotten, and this image has no earlier one
    expect(second.get_by_test_id("second-lack")).to_have_text("no prior known")
    expect(caption).to_contain_text("this case, without the model")
    wait_for(second, lambda: is_bright(second), "the case itself, as nothing else is known")
    assert [path for path in asked if any(word in path for word in ("predictions", "reviews", "maps", "probes"))] == []
    assert [faults, second.evaluate("window.cspViolations")] == [[], []]
    assert len(page.context.pages) == 2
    page.goto(f"{server.address}/")
    expect(why).to_contain_text("The reading page was closed or left")


def test_its_bad_days(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server, new_reader(server, "two-monitors-bad"))
    then, now = sent(page, server, files(tmp_path, "SECOND-WINDOW-BAD")).values()
    page.goto(f"{server.address}/second-window/")
    expect(page.get_by_test_id("second-why")).to_contain_text("opened from a reading page")
    open_film(page, now)
    page.evaluate("() => { window.kept = window.open; window.open = () => null; }")
    page.get_by_test_id("second-window").click()
    expect(page.get_by_test_id("live-region")).to_contain_text("allow pop-ups for this site")
    page.evaluate("() => { window.open = window.kept; }")

    second = opened_from(page)
    other = page.context.new_page()  # a second reading page, with a window of its own
    open_film(other, then)
    others = opened_from(other)
    expect(others.get_by_test_id("second-lack")).to_have_text("no prior known")
    expect(second.get_by_test_id("second-caption")).to_contain_text("12 months before")
    step(other, "j")
    same_patient(other, others)
    expect(second.get_by_test_id("second-caption")).to_contain_text("12 months before")
    other.close()
    expect(others.get_by_test_id("second-why")).to_contain_text("closed or left")
    wait_for(second, lambda: is_bright(second), "the first window as it was")

    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("j")
    expect(second.get_by_test_id("second-why")).to_contain_text("The session has ended")
    expect(second.get_by_test_id("patient-name")).to_have_count(0)
    assert not is_bright(second)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(second.get_by_test_id("second-caption")).to_contain_text("12 months before")
    wait_for(second, lambda: is_bright(second), "the picture again")
