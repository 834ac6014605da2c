"""Looking first: nothing of the model is seen on a case before the own answer or the key."""

import pytest
from playwright.sync_api import Browser, Page, expect

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
    for key in ("g", "w", "y", "x", "Shift+Y", "Shift+X", "Shift+1"):
        page.keyboard.press(key)
    page.keyboard.press("a")  # what the model has no finding for can be marked: it tells nothing of the model's output
    page.get_by_test_id("mark-form").locator("[role=radio]").nth(1).click()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("live-region")).to_have_text("saved")
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
    expect(page.get_by_test_id("review-cannot_judge")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible()  # answered before
    set_look_first(page, server, False)
    page.goto(first)
    expect(page.locator("[data-testid^=probability-]").first).to_be_visible()


def test_a_project_asks_for_it_and_the_page_says_so(server: Server, page: Page, browser: Browser) -> None:
    sign_in(page, server, "radiologist3")
    open_case(page, server, 2)
    admin = browser.new_page()
    sign_in(admin, server, "admin")
    for is_on in (True, False):
        admin.goto(f"{server.address}/admin/archive/project/")
        admin.locator("th.field-name a").first.click()
        admin.locator("#id_look_first").set_checked(is_on)
        admin.locator("input[name=_save]").click()
        page.reload()
        await_picture(page)
        if is_on:
            expect(page.get_by_test_id("look-first-project")).to_contain_text("Default project")
            expect(page.locator("[data-testid^=probability-]")).to_have_count(0)
            keep_screenshot(page, "look-first-project")
        else:
            expect(page.locator("[data-testid^=probability-]").first).to_be_visible()
    admin.close()
