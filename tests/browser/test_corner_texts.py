"""Texts and letters on the picture: read over white pixels, and apart from each other at every size of window."""

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.canvas import read_canvas
from tests.browser.conftest import Server, keep_screenshot, sign_in
from tests.browser.test_left_and_right import open_film, sent, write_film

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {"1500": (1500, 900), "1280": (1280, 720), "820": (820, 1180), "200-percent": (750, 475)}  # CSS pixels
TEXTS = [
    ".corner.tl",
    ".corner.tr",
    ".corner.bl",
    ".corner.br",
    *(f".side-mark.{side}" for side in ("left", "right", "top", "bottom")),
]
LEAST = 4.5  # WCAG 2.1, 1.4.3

# Left, top, right, bottom of each text; whether all of it is shown.
PLACES = """
selectors => selectors.map(selector => {
  const element = document.querySelector(`.stage ${selector}`);
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const isWhole = element.scrollHeight <= element.clientHeight + 1 && element.scrollWidth <= element.clientWidth + 1;
  return [left, top, right, bottom, isWhole];
})
"""


def luminance(pixels: np.ndarray) -> np.ndarray:
    """Relative luminance (WCAG 2.1) of sRGB bytes [..., 3]."""
    share = pixels / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])


def contrast(page: Page, selector: str) -> float:
    """Of the text's brightest pixels with the ground around them, which is most of its box."""
    taken = Image.open(io.BytesIO(page.locator(f".stage {selector}").screenshot())).convert("RGB")
    bright = luminance(np.asarray(taken, float))[1:-1, 1:-1]
    return float((np.quantile(bright, 0.995) + 0.05) / (np.median(bright) + 0.05))


def test_texts_are_read_over_white_and_lie_apart(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    path = write_film(tmp_path, "R\\F")  # stored mirrored: a corner says so
    open_film(page, sent(page, server, [path])[path.name])
    page.keyboard.press("o")
    expect(page.locator(".corner.tr")).to_have_text("model hidden")
    for key in ("6", "i", *"+++++"):  # its darkest value, which lies under every text, shown white
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    keep_screenshot(page, "corners-white")
    canvas = read_canvas(page, "[data-testid=viewport] canvas")
    assert canvas is not None
    assert np.asarray(canvas.gray).min() == 255
    seen = {selector: contrast(page, selector) for selector in TEXTS}
    assert min(seen.values()) >= LEAST, seen

    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        keep_screenshot(page, f"corners-{name}")
        places = page.evaluate(PLACES, TEXTS)
        assert all(place[4] for place in places), (
            name,
            [text for text, place in zip(TEXTS, places, strict=True) if not place[4]],
        )
        for (one, a), (other, b) in itertools.combinations(zip(TEXTS, places, strict=True), 2):
            are_apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert are_apart, (name, one, other)


def test_a_side_that_is_not_stated_is_said_once(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    path = write_film(tmp_path, "")
    open_film(page, sent(page, server, [path])[path.name])
    expect(page.locator("section.finding").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("side not stated")).to_have_count(1)
    expect(page.get_by_text("side is not stated")).to_have_count(0)
