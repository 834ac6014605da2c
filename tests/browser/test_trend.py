"""The number over time in a real Chromium: not there until the project allows it, then in the card of the chosen finding."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_left_and_right import open_film, sent
from tests.webapp.archive.dicom_files import chest_dicom
from training.phantoms.draw import draw_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT = {"PatientID": "TREND-OF-THREE", "PatientBirthDate": "19600101", "PatientSex": "F", "PatientName": "TREND^IDA"}
DATES = ("20160310", "20251109", "20260310")
SIZES = {"1500": (1500, 900), "1280": (1280, 720), "820": (820, 1180)}


def files(folder: Path) -> list[Path]:
    made = []
    for seed, date in enumerate(DATES):
        pixels = np.clip(draw_phantom(seed, size=(480, 400), devices=False).image * 3000, 0, 3000).astype(np.uint16)
        file = chest_dicom(
            rows=480,
            columns=400,
            PixelData=pixels.tobytes(),
            ViewPosition="PA",
            BodyPartExamined="CHEST",
            StudyDate=date,
            StudyTime="101500",
            **PATIENT,
        )
        made.append(folder / f"{date}.dcm")
        made[-1].write_bytes(file)
    return made


def allow(browser: Browser, server: Server, is_on: bool) -> None:
    """The setting of the project, by an admin in another window."""
    admin = browser.new_page()
    sign_in(admin, server, "admin")
    admin.goto(f"{server.address}/admin/archive/project/")
    admin.locator("th.field-name a").first.click()
    admin.locator("#id_ai_on_priors").set_checked(is_on)
    admin.locator("input[name=_save]").click()
    admin.close()


def test_the_trend_is_there_once_the_project_allows_it(
    server: Server, page: Page, browser: Browser, tmp_path: Path
) -> None:
    sign_in(page, server)
    addresses = list(sent(page, server, files(tmp_path)).values())
    for address in addresses:  # every one has its result
        open_film(page, address)
        expect(page.locator("[data-testid^=probability-]").first).to_be_visible(timeout=120_000)
    page.get_by_test_id("select-lung_opacity").click()
    words = page.get_by_test_id("trend-words")
    expect(words).to_have_text("This project shows no model on earlier images: there is no trend.")
    expect(page.get_by_test_id("trend")).to_have_count(0)
    keep_screenshot(page, "trend-not-allowed")
    allow(browser, server, True)
    try:
        page.reload()
        page.get_by_test_id("select-lung_opacity").click()
        trend = page.get_by_test_id("trend")
        expect(trend.locator("circle")).to_have_count(3)
        expect(trend.locator(".trend-line")).to_have_count(2)
        expect(trend.locator(".trend-interval")).to_have_count(3)
        expect(trend.locator("figcaption")).to_have_text("2016-03-102026-03-10")
        first = trend.locator("li").first
        expect(first).to_have_text(re.compile(r"2016-03-10 \(10 years before\): \S+, interval \S+ to \S+, \w+"))
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if name == "820":
                page.keyboard.press("u")
            trend.scroll_into_view_if_needed()
            keep_screenshot(page, f"trend-{name}")
    finally:
        allow(browser, server, False)
