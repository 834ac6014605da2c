"""What the panel says of findings that are no call: the number beside "uncertain", and a refusal once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DECIDED = "PHANTOM-441358"  # the model is undecided on none of its findings


def open_phantom(page: Page, server: Server, patient: str) -> None:
    page.goto(f"{server.address}/?state=all")
    link = page.locator("tr", has_text=patient).locator("a[href^='/images/']").first
    page.goto(server.address + str(link.get_attribute("href")))  # not by a click: the list may be drawn anew under it
    wait_for(page, lambda: painted(page), "the radiograph")


def test_uncertain_shows_number_bar_and_interval(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, "PHANTOM-933649")
    card = page.get_by_test_id("finding-lung_opacity")
    expect(page.get_by_test_id("probability-lung_opacity")).to_have_text(
        re.compile(r"uncertain\s*\.\d\d"), timeout=20_000
    )
    expect(card.locator(".bar")).to_have_attribute("aria-label", re.compile(r"95 % interval \.\d\d to \.\d\d"))
    expect(page.locator("svg text", has_text=re.compile(r"^Lung opacity \.\d\d$")).first).to_be_attached()
    keep_screenshot(page, "uncertain")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_test_id("select-lung_opacity").click()
    page.keyboard.press("Shift+S")
    expect(page.get_by_test_id("live-region")).to_contain_text("copied: Lung opacity: uncertain")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("Research use only — not for diagnosis.")
    assert "PHANTOM" not in copied


def test_a_refusal_is_said_once(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, "PHANTOM-683228")
    expect(page.get_by_test_id("gate")).to_contain_text("8 years old")
    expect(page.get_by_text("8 years old")).to_have_count(1)
    expect(page.locator("[data-testid^=probability-]")).to_have_text(["refused"] * 3)
    keep_screenshot(page, "refused-once")
