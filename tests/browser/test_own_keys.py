"""The settings of keys: given, exported, obeyed by the case and the list, and reset."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def said(page: Page, text: str) -> None:
    expect(page.get_by_test_id("key-message")).to_contain_text(text)


def give(page: Page, action: str, key: str) -> None:
    page.get_by_test_id(f"change-{action}").click()
    expect(page.get_by_test_id("key-asked")).to_be_visible()
    page.keyboard.press(key)


def test_keys_are_given_obeyed_exported_and_reset(server: Server, page: Page) -> None:
    sign_in(page, server, "radiologist2")
    page.goto(f"{server.address}/settings/")
    give(page, "invert", "x")
    expect(page.get_by_test_id("key-conflict")).to_contain_text("X would be")
    give(page, "invert", "Shift+I")
    said(page, "⇧I is taken; saved")
    give(page, "next", "Shift+G")
    said(page, "⇧G is taken; saved")
    give(page, "list-next", "n")
    said(page, "N is taken; saved")
    page.get_by_test_id("button-wheel").select_option("zoom_reversed")
    said(page, "saved")
    for width in (1500, 1280, 820):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        keep_screenshot(page, f"settings-keys-{width}")
    page.set_viewport_size({"width": 1500, "height": 900})
    with page.expect_download() as download:
        page.get_by_test_id("export-keys").click()
    exported = json.loads(Path(download.value.path()).read_text())
    assert (exported["keys"]["invert"], exported["buttons"]["wheel"]) == (["shift+i"], "zoom_reversed")

    open_phantom(page, server, "PHANTOM-933649")
    invert = page.locator(".toolbar button", has_text="Invert")
    expect(invert).to_have_text("Invert ⇧I")
    expect(page.get_by_test_id("main-keys")).to_contain_text("⇧G next · K previous")
    page.keyboard.press("i")
    page.keyboard.press("Shift+I")
    expect(invert).to_have_attribute("aria-pressed", "true")
    page.goto(f"{server.address}/?state=all")
    page.locator("tr[data-image] a").first.focus()
    page.keyboard.press("n")
    expect(page.locator("tr[data-image]").nth(1)).to_have_class("on")

    page.goto(f"{server.address}/settings/")
    page.get_by_test_id("reset-keys").click()
    said(page, "the usual keys are back; saved")
    page.get_by_test_id("import-keys").set_input_files(
        {"name": "a.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    said(page, "The map is not taken")
    row = page.get_by_test_id("key-row-invert").locator("kbd")
    expect(row).to_have_text("I")
    page.get_by_test_id("import-keys").set_input_files(Path(download.value.path()))
    said(page, "the map is taken; saved")
    expect(row).to_have_text("⇧I")
    page.get_by_test_id("reset-keys").click()
    said(page, "the usual keys are back; saved")
