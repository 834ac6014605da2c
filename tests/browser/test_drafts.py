"""A half-filled mark is lost neither by a reload nor by a killed page nor by a sign-out, and is nobody else's."""

import re

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import PASSWORD, Server, keep_screenshot, sign_in
from tests.browser.test_bad_days import open_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTE = "hilar vessels, half a thought"
FULL = """
IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };
"""


def begin_the_form(page: Page) -> None:
    """Of the first finding that the model calls: X would speak of the chosen one, which may be undecided."""
    page.locator("[data-testid^='false_']").first.click()


def begin_a_mark(page: Page) -> None:
    begin_the_form(page)
    page.get_by_test_id("severity-1").click()
    page.get_by_test_id("note").fill(NOTE)
    page.get_by_test_id("note").blur()
    page.keyboard.press("b")
    page.keyboard.press("b")
    expect(page.get_by_test_id("box-numbers")).to_contain_text("x, y, w, h")
    page.wait_for_timeout(500)  # the browser's storage has it: no hand reloads a page sooner


def expect_the_draft(page: Page) -> None:
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(page.get_by_test_id("form-state")).to_have_text(re.compile(r"^draft kept from \d\d:\d\d$"))
    expect(page.get_by_test_id("note")).to_have_value(NOTE)
    expect(page.get_by_test_id("severity-1")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_test_id("box-numbers")).to_contain_text("x, y, w, h")


def expect_no_draft(page: Page) -> None:
    wait_for(page, lambda: painted(page), "the radiograph")
    page.wait_for_timeout(1500)
    expect(page.get_by_test_id("failure-form")).to_have_count(0)


def as_another(page: Page, server: Server, username: str) -> None:
    page.goto(f"{server.address}/")
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("sign-out").click()
    page.wait_for_url(re.compile("/sign-in/"))
    sign_in(page, server, username)


def test_a_half_filled_mark_is_there_again(server: Server, page: Page) -> None:
    sign_in(page, server)
    page.goto("about:blank")
    dying = page.context.new_page()
    case = open_case(dying, server, 0)
    begin_a_mark(dying)
    dying.reload()
    expect_the_draft(dying)
    keep_screenshot(dying, "draft-kept")

    with pytest.raises(Error, match="crash"):
        dying.goto("chrome://crash")  # the process of the page ends without a word
    dying.close()
    page.goto(case)
    expect_the_draft(page)

    as_another(page, server, "radiologist2")
    page.goto(case)
    expect_no_draft(page)
    begin_the_form(page)
    expect(page.get_by_test_id("note")).to_have_value("")
    page.keyboard.press("Escape")
    as_another(page, server, "radiologist")
    page.goto(case)
    expect_the_draft(page)

    page.locator("[role=radio][data-testid^=site-]").first.click()
    page.locator("[data-testid^=cause-]").first.click()
    page.get_by_test_id("confidence-3").click()
    page.get_by_test_id("save-review").click()
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    page.reload()
    expect(page.get_by_test_id("review-list")).to_contain_text(NOTE)
    expect_no_draft(page)
    the_box_is_changed_in_numbers(page)


def the_box_is_changed_in_numbers(page: Page) -> None:
    page.get_by_text("Boxes in numbers").click()
    given, draft = page.get_by_test_id("box-row-answer"), page.get_by_test_id("box-row-draft")
    given.get_by_test_id("box-w").fill("9999")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("live-region")).to_contain_text("“9999” is no number from 2.0 to")
    expect(draft).to_have_count(0)
    given.get_by_test_id("box-w").fill("61,5")
    page.keyboard.press("Enter")
    expect(draft.get_by_test_id("box-w")).to_have_value("61.5")
    expect(page.get_by_test_id("box-numbers")).to_contain_text(", 61.5, ")
    expect(given).to_have_count(0)  # as on the picture: the form's box stands in its place
    keep_screenshot(page, "box-in-numbers")
    page.get_by_test_id("discard-draft").click()
    expect(given).to_have_count(1)
    expect(draft).to_have_count(0)


def test_a_draft_waits_until_the_model_is_shown_whose_call_it_tells(server: Server, page: Page) -> None:
    sign_in(page, server, "radiologist3")
    open_case(page, server, 2)
    begin_a_mark(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.reload()
    expect(page.get_by_test_id("model-hidden")).to_be_visible()
    expect_no_draft(page)
    for key in ("g", "w", "Shift+1", "x"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("model-hidden")).to_be_visible()
    expect(page.get_by_test_id("failure-form")).to_have_count(0)
    page.keyboard.press("o")
    expect_the_draft(page)
    page.get_by_test_id("discard-draft").click()


def test_a_session_that_ended_is_taken_up_in_place_with_the_form_open(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_case(page, server, 0)
    begin_a_mark(page)
    page.locator("[data-testid^=site-]").first.click()
    page.evaluate("() => { window.isSamePage = true; }")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    again = page.get_by_test_id("sign-in-again")
    expect(again).to_contain_text("sign in again as radiologist")
    expect(page.get_by_test_id("save-state")).to_contain_text("1 answer waiting: signed out")
    for name, (width, height) in {"1500": (1500, 900), "820": (820, 1180), "200": (750, 450)}.items():
        page.set_viewport_size({"width": width, "height": height})
        expect(again.get_by_role("button")).to_be_in_viewport(ratio=1)
        keep_screenshot(page, f"signed-out-{name}")
    page.set_viewport_size({"width": 1500, "height": 900})
    page.keyboard.press("j")
    expect(page.get_by_test_id("live-region")).to_contain_text("signed out: sign in again as radiologist on this page")
    again.get_by_label("Password").focus()
    page.keyboard.type("no password of anybody's")
    page.keyboard.press("Enter")
    expect(again).to_contain_text("not accepted")
    again.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    expect(page.get_by_test_id("review-list")).to_contain_text(NOTE)
    assert page.evaluate("window.isSamePage") is True
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("review-list")).not_to_contain_text(NOTE)


def test_a_draft_is_discarded_on_purpose_only(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_case(page, server, 1)
    begin_a_mark(page)
    page.get_by_role("button", name="Close", exact=True).click()
    page.reload()
    expect_the_draft(page)
    page.get_by_test_id("discard-draft").click()
    expect(page.get_by_test_id("failure-form")).to_have_count(0)
    page.reload()
    expect_no_draft(page)


def test_a_browser_that_keeps_nothing_says_so_and_the_page_loses_nothing(server: Server, page: Page) -> None:
    sign_in(page, server)
    page.add_init_script(FULL)
    open_case(page, server, 1)
    begin_a_mark(page)
    expect(page.get_by_test_id("draft-problem")).to_contain_text("keeps no drafts")
    expect(page.get_by_test_id("note")).to_have_value(NOTE)
    page.get_by_role("button", name="Close", exact=True).click()
    page.keyboard.press("x")
    expect(page.get_by_test_id("note")).to_have_value(NOTE)
    page.get_by_role("button", name="Close", exact=True).click()
    page.keyboard.press("y")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile(r"saved \d"))
    page.reload()
    expect(page.get_by_test_id("review-list")).to_contain_text("Agree")
