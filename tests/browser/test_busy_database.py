"""Another program holds the database: what a reader's browser shows, and that everything goes on afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = 60_000  # ms; a request waits 20 s for the lock before it is answered


@contextmanager
def held(server: Server) -> Iterator[None]:
    with closing(sqlite3.connect(server.home / "sightline.sqlite3", isolation_level=None, timeout=30)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


def test_a_page_comes_again_by_itself(server: Server, page: Page) -> None:
    sign_in(page, server)
    address = page.get_by_test_id("worklist-row").first.locator("a").first.get_attribute("href")
    with held(server):
        answer = page.goto(f"{server.address}{address}", timeout=LONG)
        assert answer is not None
        assert answer.status == 503
        expect(page.get_by_role("heading", name="One moment")).to_be_visible()
        keep_screenshot(page, "busy-page")
    expect(page.locator("[data-status=ready]")).to_be_visible(timeout=LONG)


def test_a_form_is_kept_and_sent_again_by_hand_alone(server: Server, page: Page) -> None:
    sign_in(page, server, "manager")
    page.goto(f"{server.address}/studies/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.url.endswith("/studies/add/") else None)
    form = page.locator("form[action='/studies/add/']")
    form.locator("input[name=title]").fill("Nodules & “quotes”")
    with held(server):
        page.set_default_timeout(LONG)
        form.locator("button").click()
        expect(page.get_by_test_id("send-again")).to_be_visible(timeout=LONG)
        keep_screenshot(page, "busy-form")
    page.wait_for_timeout(7_000)  # a page that comes again by itself does so after 5 s
    assert sent == ["POST"]
    page.get_by_test_id("send-again").locator("button").click()
    expect(page.get_by_role("heading", name="Nodules & “quotes”")).to_be_visible(timeout=LONG)
    assert sent == ["POST", "POST"]
