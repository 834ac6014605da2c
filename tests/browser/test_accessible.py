"""axe-core on every page of the site, as each role sees it. States of the reading and study pages: where screenshots are kept."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessible import violations
from tests.browser.conftest import Server, keep_screenshot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "/?state=all",
    "/?q=nobody-of-this-name",
    "/search/?q=PHANTOM",
    "/failures/",
    "/failures/scheme/",
    "/failures/report/",
    "/failures/training-set/",
    "/operating-points/",
    "/studies/",
    "/studies/add/",
    "/models/",
    "/operations/",
    "/settings/",
    "/display-check/",
    "/api/docs/",
    "/nothing-here/",
)
MODELS_LIFE = (
    "/models/plans/",
    "/models/plans/default/1/",
    "/models/reference-sets/",
    "/models/reference-sets/default/1/",
    "/models/retraining/",
    "/models/site-calibration/",
    "/models/rehearsals/",
    "/models/silent/",
    "/models/stop-rules/",
)
ADMIN_PAGES = ("/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/audit/event/")


def broken(page: Page, server: Server, path: str) -> list[str]:
    page.goto(server.address + path)
    page.wait_for_load_state("networkidle")
    return [f"{path}: {line}" for line in violations(page)]


def test_signed_out(server: Server, page: Page) -> None:
    assert broken(page, server, "/sign-in/") == []
    page.get_by_label("Password").fill("wrong")
    page.get_by_label("User name").fill("radiologist")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert violations(page) == []
    assert broken(page, server, "/nothing-here/") == []


@pytest.mark.parametrize("role", ["radiologist", "manager", "admin"])
def test_every_page(server: Server, browser: Browser, role: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    sign_in(page, server, role)
    page.goto(f"{server.address}/models/")
    model = page.get_by_role("link", name="demo-cxr").first.evaluate("link => link.pathname")
    found = [line for path in (*PAGES, str(model)) for line in broken(page, server, path)]
    if role != "radiologist":
        found += [line for path in MODELS_LIFE for line in broken(page, server, path)]
    if role == "admin":
        found += [line for path in ADMIN_PAGES for line in broken(page, server, path)]
    context.close()
    assert found == []


def test_every_page_in_light(server: Server, page: Page) -> None:
    sign_in(page, server, "manager")
    choose(page, server, "light")
    try:
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(243, 245, 247)"
        found = [line for path in PAGES for line in broken(page, server, path)]
        page.goto(f"{server.address}/?state=all")
        keep_screenshot(page, "light-worklist")
        page.goto(page.locator("a[href^='/images/']").first.evaluate("link => link.href"))
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(243, 245, 247)"
        assert found == []
    finally:
        choose(page, server, "dark")


def choose(page: Page, server: Server, theme: str) -> None:
    page.goto(f"{server.address}/settings/")
    page.get_by_test_id("theme").select_option(theme)
    page.get_by_test_id("save-settings").click()
    expect(page.locator(".messages")).to_contain_text("saved")
