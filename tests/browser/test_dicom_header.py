"""The DICOM header on the reading page: opened by key, searched, scrolled and closed without a pointer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessible import violations
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_header_is_read_by_keyboard_alone_and_gone_with_its_case(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, "PHANTOM-933649")
    address = page.url
    page.keyboard.press("Shift+H")
    rows, field = page.get_by_test_id("header-row"), page.get_by_role("searchbox")
    expect(rows.first).to_contain_text("(0002,0000)")
    expect(field).to_be_focused()
    page.keyboard.type("00100020")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("PHANTOM-933649")
    expect(page.get_by_test_id("header-count")).to_contain_text("1 of ")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("region", name="Elements of the header")).to_be_focused()
    assert violations(page) == []
    for width in (1500, 1280, 820):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        keep_screenshot(page, f"dicom-header-{width}")
    page.set_viewport_size({"width": 1500, "height": 900})
    assert page.url == address, "nothing of the file in the address"
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("header-sheet")).to_have_count(0)
    page.get_by_role("button", name="Tags").click()
    expect(rows.first).to_be_visible()
    page.get_by_role("button", name="Tags").click()
    expect(page.get_by_test_id("header-sheet")).to_have_count(0)


def test_a_file_that_is_gone_is_told_in_a_sentence(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, "PHANTOM-933649")
    text = "The stored file is not the one that was received and is not shown."
    page.route(
        "**/dicom-header/", lambda route: route.fulfill(status=409, json={"code": "integrity_mismatch", "text": text})
    )
    page.keyboard.press("Shift+H")
    expect(page.get_by_test_id("header-problem")).to_have_text(text)
