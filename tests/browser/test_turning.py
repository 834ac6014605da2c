"""Rotating and flipping, by key and by button, keep what the reader zoomed to."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.canvas import opened
from tests.browser.conftest import Server, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def view(page: Page) -> tuple[float, tuple[float, float]]:
    """Magnification, and the image point in the middle of the canvas."""
    page.wait_for_timeout(300)
    x, y = page.evaluate(
        "() => { const {clientWidth: w, clientHeight: h} = document.querySelector('[data-testid=viewport]');"
        " return window.sightline.canvasToPx(w / 2, h / 2); }"
    )
    return page.evaluate("window.sightline.viewState().zoom"), (x, y)


@pytest.mark.parametrize("name", ["rotate-left", "rotate-right", "flip-horizontal", "flip-vertical"])
def test_turning_keeps_zoom_and_place(server: Server, page: Page, name: str) -> None:
    key = {"rotate-left": "l", "rotate-right": "r", "flip-horizontal": "h", "flip-vertical": "v"}[name]
    sign_in(page, server)
    opened(page)
    page.keyboard.press("0")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    zoom, place = view(page)
    presses: list[Callable[[], None]] = [lambda: page.keyboard.press(key), lambda: page.get_by_test_id(name).click()]
    for press in presses:
        before = page.evaluate("window.sightline.viewState().affine")
        press()
        now_zoom, now_place = view(page)
        assert page.evaluate("window.sightline.viewState().affine") != before, "nothing turned"
        assert now_zoom == pytest.approx(zoom, rel=1e-3)
        assert now_place == pytest.approx(place, abs=1.5)
    page.keyboard.press("=")
    fitted, _ = view(page)
    page.keyboard.press("h")
    assert view(page)[0] == pytest.approx(fitted, rel=1e-3)
