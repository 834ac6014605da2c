"""Reading pixels off the page, the viewport's canvas and the heat-map's, and drawing on it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Page, expect

READ_CANVAS = """
selector => {
  const canvas = document.querySelector(selector);
  if (!canvas || !canvas.width || !canvas.height) return null;
  const copy = document.createElement('canvas');
  copy.width = canvas.width; copy.height = canvas.height;
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  const data = context.getImageData(0, 0, copy.width, copy.height).data;
  let text = '';
  const step = 0x8000;
  for (let i = 0; i < data.length; i += step) text += String.fromCharCode.apply(null, data.subarray(i, i + step));
  return {width: copy.width, height: copy.height, pixels: btoa(text)};
}
"""


@dataclass(frozen=True)
class CanvasPixels:
    """uint8 [height, width, 4], RGBA, in canvas pixels."""

    rgba: np.ndarray

    @property
    def gray(self) -> np.ndarray:
        return self.rgba[:, :, 0].astype(float)

    @property
    def alpha(self) -> np.ndarray:
        return self.rgba[:, :, 3].astype(float)


def read_canvas(page: Page, selector: str) -> CanvasPixels | None:
    """The pixels of a canvas, or None where there is none yet."""
    found = page.evaluate(READ_CANVAS, selector)
    if found is None:
        return None
    flat = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8)
    return CanvasPixels(flat.reshape(found["height"], found["width"], 4))


def wait_for(page: Page, condition: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Poll from outside: a page under this content security policy evaluates no strings. Raises with what was awaited."""
    for _ in range(int(seconds * 10)):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")


def painted(page: Page) -> bool:
    """Whether the viewport shows an image: contrast on its canvas, not an event."""
    canvas = read_canvas(page, "[data-testid=viewport] canvas")
    return canvas is not None and float(np.ptp(canvas.gray)) > 60


def drag_box(page: Page) -> None:
    """A drag over the middle of the viewport: the same place for everybody at the same size of window."""
    area = page.get_by_test_id("viewport").bounding_box()
    assert area is not None
    x, y = area["x"] + area["width"] * 0.45, area["y"] + area["height"] * 0.4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 110, steps=6)
    page.mouse.up()


def opened(page: Page) -> Page:
    """The first case of the worklist, once its picture and its findings are there."""
    page.get_by_test_id("worklist-row").first.get_by_role("link").first.click()
    wait_for(page, lambda: painted(page), "the radiograph")
    expect(page.locator("[data-testid^=select-]").first).to_be_attached(timeout=60_000)
    return page
