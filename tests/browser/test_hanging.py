"""Hanging rules and the gain of the mouse: obeyed by the case that is opened next, in every tab, and by no case before."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, keep_screenshot, new_reader, sign_in
from tests.browser.test_bad_days import open_case
from tests.browser.test_sitting import go_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DRAG = 60


def save(page: Page, server: Server, **choices: str) -> None:
    page.goto(f"{server.address}/settings/")
    for name, value in choices.items():
        page.locator(f"select[name={name}]").select_option(value)
    page.get_by_test_id("save-settings").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()


def set_gain(settings: Page, gain: str) -> None:
    """Until the server has it: the message of the page may be that of the choice before."""
    with settings.expect_response(
        lambda answer: answer.url.endswith("/api/me/keys/") and answer.request.method == "PUT"
    ) as sent:
        settings.get_by_test_id("button-window_gain").select_option(gain)
    assert sent.value.ok
    expect(settings.get_by_test_id("key-message")).to_contain_text("saved")


@pytest.fixture
def reader(server: Server, page: Page) -> Iterator[Page]:
    """Of the person whose rules and keys these tests change; put back whatever fails, since the server goes on."""
    sign_in(page, server, "radiologist2")
    yield page
    page.goto(f"{server.address}/settings/")
    page.get_by_test_id("reset-keys").click()
    expect(page.get_by_test_id("key-message")).to_contain_text("the usual keys are back; saved")
    save(page, server, frontal_preset="", any_beside="")


def widened(page: Page) -> float:
    """By which share of its width a drag to the right widens the window, from the image's own on."""
    page.keyboard.press("1")
    page.wait_for_timeout(200)
    before = page.evaluate("window.sightline.viewState().bounds")
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    x, y = area["x"] + area["width"] * 0.4, area["y"] + area["height"] * 0.5
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y)  # a drag begins
    after = page.evaluate("window.sightline.viewState().bounds")
    page.mouse.move(x + DRAG, y)
    end = page.evaluate("window.sightline.viewState().bounds")
    page.mouse.up()
    grown = (end["upper"] - end["lower"]) / (after["upper"] - after["lower"])
    assert after["upper"] - after["lower"] > before["upper"] - before["lower"]
    return float(grown - 1)


def test_rules_and_the_mouse_hold_from_the_next_case_on(server: Server, reader: Page) -> None:
    page = reader
    save(page, server, frontal_preset="Lungs", any_beside="nothing")
    expect(page.locator("select[name=frontal_preset]")).to_have_value("Lungs")
    for width in (1500, 1280, 820):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.get_by_test_id("hanging").scroll_into_view_if_needed()
        keep_screenshot(page, f"settings-hanging-{width}")
    page.set_viewport_size({"width": 1500, "height": 900})

    open_case(page, server, 0)
    window = page.get_by_test_id("corner-window")
    expect(window).to_contain_text("Lungs")
    expect(page.get_by_test_id("prior")).to_have_attribute("aria-pressed", "false")

    second = page.context.new_page()
    save(second, server, frontal_preset="Auto", any_beside="prior")
    set_gain(second, "fast")
    page.wait_for_timeout(500)
    expect(window).to_contain_text("Lungs")  # the open case keeps its look
    go_on(page)
    expect(window).to_contain_text("Auto")
    expect(page.get_by_test_id("prior")).to_have_attribute("aria-pressed", "true")

    page.keyboard.press("4")  # what is done in the sitting goes before the rule
    expect(window).to_contain_text("Mediastinum")
    page.keyboard.press("d")
    go_on(page)
    expect(window).to_contain_text("Mediastinum")
    expect(page.get_by_test_id("prior")).to_have_attribute("aria-pressed", "false")

    fast = widened(page)
    set_gain(second, "slow")
    assert widened(page) == pytest.approx(fast, rel=0.05)
    go_on(page)
    slow = widened(page)
    assert 3 < fast / slow < 8, (fast, slow)  # four times, and a drag in steps compounds
    second.close()


def test_a_study_without_the_view_that_is_wanted_beside_says_so(server: Server, page: Page) -> None:
    sign_in(page, server, new_reader(server, "without-lateral"))
    save(page, server, frontal_beside="other_view")
    open_case(page, server, 0)
    summary = page.get_by_test_id("prior-summary")
    expect(summary).to_contain_text("no lateral known in this study · ")
    for width, height in ((1500, 900), (1280, 720), (820, 1180), (750, 475)):
        page.set_viewport_size({"width": width, "height": height})
        expect(summary).to_be_visible()
        keep_screenshot(page, f"hanging-no-lateral-{width}")
    page.set_viewport_size({"width": 1500, "height": 900})
    save(page, server, frontal_beside="prior")
    open_case(page, server, 0)
    expect(summary).to_have_text("no prior known")
