"""The test picture on a real screen: each level and each line reaches it as drawn, at every zoom; and the way there and back."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import painted, wait_for
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_panel_words import open_phantom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EDGE = 4  # px of a strip that are not looked at: a screenshot may cut them


def shown(page: Page, code: str) -> tuple[np.ndarray, np.ndarray]:
    """A strip as the screen shows it, and as the server sent it; uint8 [rows, columns]."""
    strip = page.get_by_test_id(f"strip-{code}").locator("img")
    strip.scroll_into_view_if_needed()
    screen = Image.open(io.BytesIO(strip.screenshot(scale="device"))).convert("L")
    sent = Image.open(
        io.BytesIO(page.request.get(page.url.split("/display-check/")[0] + str(strip.get_attribute("src"))).body())
    )
    return np.asarray(screen), np.asarray(sent)


def holds(screen: np.ndarray, part: np.ndarray) -> bool:
    """Whether the part is there, pixel for pixel: where it begins depends on how the page lies on the screen's pixels."""
    rows, columns = part.shape
    places = [screen[top : top + rows, left : left + columns] for top in range(3 * EDGE) for left in range(3 * EDGE)]
    return any(place.shape == part.shape and bool((place == part).all()) for place in places)


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_every_pixel_of_the_picture_is_one_of_the_screen(server: Server, browser: Browser, ratio: float) -> None:
    context = browser.new_context(viewport={"width": 1500, "height": 900}, device_scale_factor=ratio)
    page = context.new_page()
    sign_in(page, server)
    page.goto(f"{server.address}/display-check/")
    for code in ("black", "middle", "white", "lines"):
        screen, sent = shown(page, code)
        assert holds(screen, sent[EDGE:-EDGE, EDGE:-EDGE]), f"{code} at {ratio}"
    context.close()


def test_from_the_case_and_back_by_keyboard(server: Server, page: Page) -> None:
    sign_in(page, server)
    open_phantom(page, server, "PHANTOM-933649")
    case = page.url
    page.get_by_test_id("display-not-checked").press("Enter")
    expect(page.get_by_role("heading", name="Display check")).to_be_visible()
    keep_screenshot(page, "display-check")
    strips = page.locator("fieldset")
    expect(strips).to_have_count(8)
    for strip in strips.all():
        picture = np.asarray(
            Image.open(
                io.BytesIO(page.request.get(server.address + str(strip.locator("img").get_attribute("src"))).body())
            )
        )
        strip.locator("input").nth(place_of(picture)).press("Space")
    page.get_by_test_id("send-check").press("Enter")
    expect(page.get_by_test_id("check-passed")).to_be_visible()
    keep_screenshot(page, "display-check-passed")
    page.get_by_test_id("go-on").press("Enter")
    page.wait_for_url(case)
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(page.locator(".status-bar")).to_contain_text(re.compile(r"display checked \d\d:\d\d"))


def place_of(strip: np.ndarray) -> int:
    """Which of the four fields differs from the others, from 0: what an eye is asked."""
    fields = [strip[:, left : left + 128].astype(int) for left in range(0, strip.shape[1], 132)]
    return int(np.argmax([sum(np.abs(one - other).sum() for other in fields) for one in fields]))
