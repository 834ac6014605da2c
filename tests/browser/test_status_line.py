"""The line at the bottom says only what the page has checked: saved, waiting and why, not saved yet."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_nothing_is_called_saved_or_ready_that_is_not(server: Server, page: Page) -> None:
    sign_in(page, server, "statistician")  # who reads nothing in other tests
    open_phantom(
        page, server, "PHANTOM-457368"
    )  # with a finding that is called, and a next case whatever was read before
    line, state = page.locator(".status-bar"), page.get_by_test_id("save-state")
    expect(state).to_have_text("no unsaved answers")
    page.route(
        "**/frame/**",
        lambda route: route.abort() if "x-sightline-ahead" in route.request.headers else route.continue_(),
    )
    with page.expect_response(
        lambda answer: "x-sightline-ahead" in answer.request.headers and "/header/" in answer.url
    ):
        page.reload()
    page.wait_for_timeout(1000)  # the header of the next case has come, its picture never does
    expect(line).not_to_contain_text("next case")
    page.unroute("**/frame/**")
    page.reload()
    expect(page.get_by_test_id("next-ready")).to_be_visible(timeout=30_000)

    page.keyboard.press("x")
    page.get_by_test_id("severity-1").click()
    expect(state).to_have_text("a mark is not saved yet")
    page.get_by_test_id("discard-draft").click()
    expect(state).to_have_text("no unsaved answers")

    page.route("**/reviews/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.keyboard.press("y")
    expect(state).to_have_text("1 answer waiting: the server cannot be reached")
    page.keyboard.press("y")
    expect(page.get_by_test_id("live-region")).to_have_text("already given: it waits to be sent")
    page.unroute("**/reviews/")
    expect(state).to_contain_text(re.compile(r"^saved \d"))
    expect(page.get_by_test_id("live-region")).to_have_text("saved")
    assert line.inner_text().count("saved") == 1, "that an answer is saved stands there once"
