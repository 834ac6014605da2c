"""A false positive is recorded with its site in two keys."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_bad_days import CALLED
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_false_positive_is_two_keys(server: Server, page: Page) -> None:
    sign_in(page, server, "radiologist2")
    with page.expect_response(lambda answer: answer.url.endswith("/site-proposals/")) as raster:
        open_phantom(page, server, CALLED)
    assert raster.value.ok
    page.keyboard.press("x")
    expect(page.get_by_test_id("site-proposed")).to_have_text("proposed")
    site = page.locator("[data-testid^=site-][aria-checked=true]")
    expect(site).to_have_count(1)
    title = site.inner_text()
    keep_screenshot(page, "proposed-site")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("live-region")).to_have_text("saved")
    expect(page.get_by_test_id("review-list")).to_contain_text(title)
