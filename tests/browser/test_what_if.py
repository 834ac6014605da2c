"""A threshold tried on the reading page, by keyboard alone: what is said follows the slider, and nothing else does."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CASE_MIX = {"prevalence-lung_opacity": "5", "images_a_day": "40", "source": "reports of 2025"}


def state_case_mix(page: Page, server: Server) -> None:
    """By the form, as a manager does."""
    sign_in(page, server, "manager")
    page.goto(f"{server.address}/operating-points/")
    for name, value in CASE_MIX.items():
        page.locator(f"[data-testid=case-mix-default] input[name={name}]").fill(value)
    page.get_by_test_id("keep-case-mix").click()
    expect(page.locator(".messages")).to_contain_text("is kept")
    keep_screenshot(page, "case-mix")
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("sign-out").click()
    page.wait_for_url("**/sign-in/**")


def test_another_threshold_is_tried_and_nothing_else_changes(server: Server, page: Page) -> None:
    state_case_mix(page, server)
    sign_in(page, server)
    page.goto(f"{server.address}/?state=all")
    page.locator("tr", has_text="PHANTOM-933649").locator("a[href^='/images/']").first.click()
    wait_for(page, lambda: painted(page), "the radiograph")
    page.get_by_test_id("select-lung_opacity").click()
    card = page.get_by_test_id("finding-lung_opacity")
    said = [page.get_by_test_id("probability-lung_opacity").inner_text(), card.locator("p.muted").first.inner_text()]

    page.get_by_test_id("what-if-lung_opacity").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("what-if")).to_have_attribute("data-in-force", "true")
    expect(page.get_by_test_id("what-if-frequencies")).to_contain_text(
        re.compile(r"Of 1[0,]+ such images [\d,]+ are flagged")
    )
    expect(page.get_by_test_id("what-if-benefit")).to_contain_text("reading all")
    first = page.get_by_test_id("what-if-frequencies").inner_text()
    writes: list[str] = []
    page.on("request", lambda request: request.method != "GET" and writes.append(request.url))

    page.get_by_test_id("what-if-slider").focus()
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("what-if")).to_contain_text("What if")
    expect(page.get_by_test_id("what-if-frequencies")).not_to_have_text(first)
    expect(page.get_by_test_id("what-if-slider")).to_have_attribute("aria-valuetext", re.compile("^threshold .*: sens"))
    keep_screenshot(page, "what-if")
    now = [page.get_by_test_id("probability-lung_opacity").inner_text(), card.locator("p.muted").first.inner_text()]
    assert (now, writes) == (said, [])
    page.get_by_test_id("what-if-reset").click()
    expect(page.get_by_test_id("what-if-frequencies")).to_have_text(first)

    page.keyboard.press("o")
    expect(page.get_by_test_id("what-if")).to_have_count(0)


def test_the_model_chip_opens_its_card_and_the_result_is_reproduced(server: Server, page: Page) -> None:
    sign_in(page, server)
    page.goto(f"{server.address}/?state=all")
    page.locator("tr", has_text="PHANTOM-933649").locator("a[href^='/images/']").first.click()
    said = page.get_by_test_id("probability-lung_opacity").inner_text()
    page.get_by_test_id("model-chip").focus()
    page.keyboard.press("Enter")
    card = page.get_by_test_id("model-card")
    expect(card).to_contain_text(re.compile(r"[0-9a-f]{64}"))
    expect(card).to_contain_text("after it was asked for")
    card.get_by_test_id("reproduce").click()
    expect(card.get_by_test_id("reproduction").first).to_contain_text("Reproduced: run again on")
    expect(card).to_contain_text(re.compile(r"numbers and intervals: largest difference \S+, within \S+"))
    keep_screenshot(page, "model-card")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    assert page.get_by_test_id("probability-lung_opacity").inner_text() == said
