"""What was found later, in a real Chromium: a manager enters it, the reader meets it after the own answer, and gets it back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT = "PHANTOM-933649"
SIZES = {"1500": (1500, 900), "1280": (1280, 720), "820": (820, 1180)}
NOTE = "مع תצלום מאוחר " + "W" * 64  # right to left, and 64 characters without a gap


def test_entered_by_a_manager_shown_after_the_own_answer_and_returned(
    server: Server, page: Page, browser: Browser
) -> None:
    """The reader has the case open all the while."""
    reader = new_reader(server, "learns_it_later")
    sign_in(page, server, reader)
    open_phantom(page, server, PATIENT)
    expect(page.get_by_test_id("probability-pleural_effusion")).to_be_visible()
    other = browser.new_context(viewport={"width": 1500, "height": 900})
    manager = other.new_page()
    sign_in(manager, server, "manager")
    open_phantom(manager, server, PATIENT)
    manager.get_by_test_id("enter-later").click()
    manager.get_by_test_id("later-subject").select_option(label="Pleural effusion")
    manager.get_by_test_id("later-present").click()
    manager.get_by_test_id("later-source").select_option(label="CT")
    manager.get_by_test_id("later-note").fill(NOTE)
    manager.get_by_test_id("later-box").click()
    area = manager.get_by_test_id("viewport").bounding_box()
    assert area is not None
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    manager.mouse.move(x, y)
    manager.mouse.down()
    manager.mouse.move(x + 60, y + 60, steps=4)
    manager.mouse.up()
    day = manager.get_by_test_id("later-day")
    last = day.get_attribute("max")
    assert last
    day.fill(last)
    for name, (width, height) in SIZES.items():
        manager.set_viewport_size({"width": width, "height": height})
        if name == "820":
            manager.keyboard.press("u")
        manager.get_by_test_id("later-save").scroll_into_view_if_needed()
        keep_screenshot(manager, f"later-truth-form-{name}")
    manager.set_viewport_size({"width": 1500, "height": 900})
    manager.get_by_test_id("later-save").click()
    row = manager.get_by_test_id("later-row")
    expect(row).to_contain_text("Pleural effusion · present · CT")
    expect(row).to_contain_text(re.compile(r"box \d+, \d+, \d+, \d+"))
    other.close()

    expect(page.get_by_test_id("later-truth")).to_have_count(0)
    page.get_by_test_id("finding-lung_opacity").get_by_role("button", name=re.compile("^Cannot say")).click()
    expect(page.get_by_test_id("review-cannot_judge").filter(has_text=reader)).to_be_visible()
    expect(page.get_by_test_id("later-truth")).to_have_count(0)
    page.get_by_test_id("finding-pleural_effusion").get_by_role("button", name=re.compile("^Cannot say")).click()
    expect(page.get_by_test_id("later-row")).to_contain_text("Pleural effusion · present · CT")
    expect(page.get_by_test_id("enter-later")).to_have_count(0)
    boxes, show = page.locator("[data-testid=model-boxes] rect.box-truth"), page.get_by_test_id("later-show-box")
    expect(boxes).to_have_count(0)
    show.click()
    expect(boxes).to_have_count(1)
    expect(page.locator("[data-testid=model-boxes] text.box-truth")).to_have_text(f"Pleural effusion · CT {last}")
    placed = [float(boxes.get_attribute(name) or 0) for name in ("x", "y", "width", "height")]
    told = re.search(r"box (\d+), (\d+), (\d+), (\d+)", page.get_by_test_id("later-row").inner_text())
    assert told
    assert [round(value) for value in placed] == pytest.approx([int(value) for value in told.groups()], abs=1)
    expect(page.get_by_test_id("box-row-truth")).to_have_count(1)
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if name == "820":
            page.keyboard.press("u")
        page.get_by_test_id("later-row").scroll_into_view_if_needed()
        keep_screenshot(page, f"later-truth-{name}")
    page.set_viewport_size({"width": 1500, "height": 900})
    page.get_by_role("button", name="take back Cannot say on Pleural effusion").click()
    expect(page.get_by_test_id("later-truth")).to_have_count(0)
    expect(boxes).to_have_count(0)
    page.get_by_test_id("finding-pleural_effusion").get_by_role("button", name=re.compile("^Cannot say")).click()
    expect(boxes).to_have_count(1)
    show.click()
    expect(boxes).to_have_count(0)

    page.goto(f"{server.address}/")
    page.get_by_test_id("own-later-truth").click()
    expect(page.get_by_test_id("own-counts")).to_have_text(
        "1 case of yours has later truth; 0 agreed, 0 differed, 1 not compared"
    )
    expect(page.get_by_test_id("own-finding")).to_contain_text("cannot say")
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        keep_screenshot(page, f"later-truth-own-{name}")
