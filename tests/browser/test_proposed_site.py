"""A false positive is recorded with its site in two keys."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_bad_days import open_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CASES = 12


def test_a_false_positive_is_two_keys(server: Server, page: Page) -> None:
    sign_in(page, server, "radiologist2")
    open_a_call(page, server)
    page.keyboard.press("x")
    expect(page.get_by_test_id("site-proposed")).to_have_text("proposed")
    site = page.locator("[data-testid^=site-][aria-checked=true]")
    expect(site).to_have_count(1)
    title = site.inner_text()
    keep_screenshot(page, "proposed-site")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("live-region")).to_have_text("saved")
    expect(page.get_by_test_id("review-list")).to_contain_text(title)


def open_a_call(page: Page, server: Server) -> None:
    """The first demo case on which the model calls a finding, once its raster is there."""
    for place in range(CASES):
        with page.expect_response(lambda answer: answer.url.endswith("/site-proposals/")) as raster:
            open_case(page, server, place)
        assert raster.value.ok
        page.keyboard.press("x")
        is_call = page.get_by_test_id("failure-form").get_by_role("heading").inner_text() == "False positive"
        page.keyboard.press("Escape")
        if is_call:
            return
    raise AssertionError(f"the model calls nothing on {CASES} cases")
