"""Looking first: nothing of the model is seen on a case before the own answer or the key."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_bad_days import open_case
from tests.browser.test_sitting import WATCH, await_picture, go_on, heat_alpha, sights

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def set_look_first(page: Page, server: Server, is_on: bool) -> None:
    page.goto(f"{server.address}/")
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("own-settings").click()
    page.get_by_test_id("look-first").set_checked(is_on)
    keep_screenshot(page, "settings")
    page.get_by_test_id("save-settings").click()
    expect(page.locator(".messages")).to_contain_text("saved")


def test_the_model_comes_after_the_answer_or_the_key(server: Server, page: Page) -> None:
    sign_in(page, server, "radiologist3")
    open_case(page, server, 0)
    first = page.url
    page.add_init_script(WATCH)
    set_look_first(page, server, True)
    page.goto(first)
    await_picture(page)
    expect(page.get_by_test_id("model-hidden")).to_contain_text("Look first")
    expect(page.get_by_test_id("review-list")).to_have_count(0)
    keep_screenshot(page, "look-first")
    for key in ("g", "w", "y", "x", "Shift+1"):
        page.keyboard.press(key)
    page.wait_for_timeout(800)
    assert sights(page) == []
    assert heat_alpha(page) == 0
    page.keyboard.press("o")
    expect(page.get_by_test_id("model-hidden")).to_have_count(0)
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible()

    go_on(page)
    assert sights(page) == []
    page.locator("[data-testid^=cannot_judge-]").first.click()
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible()
    expect(page.get_by_test_id("review-list").locator("li")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible(timeout=15_000)  # answered before
    set_look_first(page, server, False)
    page.goto(first)
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible(timeout=15_000)
