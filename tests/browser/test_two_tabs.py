"""One reader, one case, two tabs: what is answered in one is known in the other, and the record holds each answer once."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_bad_days import is_delivery
from tests.browser.test_panel_words import DECIDED, open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def own_rows(page: Page, case: str, reader: str) -> list[dict[str, Any]]:
    """Everything that this reader has said of the case, newest first; what was replaced, too."""
    address = case.split("?")[0].replace("/images/", "/api/images/") + "reviews/"
    found = page.context.request.get(address).json()["reviews"]
    return [row for row in found if row["reader"] == reader]


def current(page: Page, case: str, reader: str) -> dict[str, str]:
    rows = [row for row in own_rows(page, case, reader) if row["is_current"]]
    assert len({row["finding"] for row in rows}) == len(rows), rows
    return {row["finding"]: row["verdict"] for row in rows}


def cannot_say(page: Page, finding: str) -> None:
    page.get_by_test_id(f"finding-{finding}").get_by_role("button", name="Cannot say").first.click()


def test_answers_of_two_tabs_meet_and_none_is_doubled_or_lost(server: Server, page: Page) -> None:
    reader = new_reader(server, "has-two-tabs")
    sign_in(page, server, reader)
    open_phantom(page, server, DECIDED)
    case = page.url
    other = page.context.new_page()
    other.goto(case)
    wait_for(other, lambda: painted(other), "the radiograph in the other tab")

    cannot_say(page, "cardiomegaly")
    mine, theirs = (tab.get_by_test_id("review-cannot_judge").filter(has_text=reader) for tab in (page, other))
    expect(mine).to_have_count(1)
    expect(theirs).to_have_count(1)  # by itself
    other.keyboard.press("Control+z")
    expect(other.get_by_test_id("live-region")).to_contain_text("nothing was given on this page")
    cannot_say(other, "cardiomegaly")
    expect(other.get_by_test_id("live-region")).to_contain_text("already saved")
    assert [row["verdict"] for row in own_rows(page, case, reader)] == ["cannot_judge"]

    agree = other.get_by_test_id("finding-cardiomegaly").get_by_role("button", name="Agree").first
    agree.click()  # a change of mind in the other tab
    expect(page.get_by_test_id("review-agree").filter(has_text=reader)).to_have_count(1)
    expect(mine).to_contain_text("replaced")
    assert current(page, case, reader) == {"cardiomegaly": "agree"}
    page.keyboard.press("Control+z")  # what this tab gave was replaced there: not touched
    page.wait_for_timeout(500)
    assert current(page, case, reader) == {"cardiomegaly": "agree"}

    def broken(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.fallback()

    page.route("**/reviews/", broken)  # this tab's line breaks, and both answer the same finding
    cannot_say(page, "pleural_effusion")
    expect(page.get_by_test_id("save-state")).to_contain_text("1 answer waiting")
    with other.expect_response(is_delivery):
        other.get_by_test_id("finding-pleural_effusion").get_by_role("button", name="Agree").first.click()
    keep_screenshot(page, "two-tabs-one-waits")
    page.unroute("**/reviews/", broken)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_test_id("save-state")).not_to_contain_text("waiting")
    wait_for(page, lambda: "pleural_effusion" in current(page, case, reader), "an answer on the effusion")
    shown = current(page, case, reader)["pleural_effusion"]
    for tab in (page, other):
        expect(tab.get_by_test_id(f"review-{shown}").filter(has_text="Pleural effusion")).to_have_count(1)
    keys = [row["idempotency_key"] for row in own_rows(page, case, reader)]
    assert len(keys) == len(set(keys)) == 4, own_rows(page, case, reader)
