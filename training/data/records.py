"""What every reader of a data set gives and raises: boxes of findings, and the one error."""

from __future__ import annotations

import math
from typing import NamedTuple

FINDINGS = ("lung_opacity", "pleural_effusion", "cardiomegaly")

VIEWS = ("PA", "AP", "")  # "" = not stated


class DataError(ValueError):
    """A data folder is not what it claims to be. The message is one line: file, row, value, what is allowed."""


class Box(NamedTuple):
    """A finding's rectangle in pixels of its own image; (x, y) is the top left corner, (0, 0) the corner of pixel 0."""

    key: str
    x: float
    y: float
    w: float
    h: float


def checked_box(key: str, numbers: list[float], width: float, height: float, where: str) -> Box:
    """A Box inside a width x height image; raises DataError naming `where` if it is empty, not finite or outside.

    One pixel of overshoot is clipped: the published boxes were rounded after scaling to 1024 px.
    """
    if len(numbers) != 4 or not all(math.isfinite(n) for n in numbers):
        raise DataError(f"{where}: box {numbers} is not four finite numbers x, y, w, h")
    x, y, w, h = numbers
    if w <= 0 or h <= 0:
        raise DataError(f"{where}: box {x:g},{y:g},{w:g},{h:g} is empty; width and height must be above 0")
    if x < -1 or y < -1 or x + w > width + 1 or y + h > height + 1:
        raise DataError(
            f"{where}: box {x:g},{y:g},{w:g},{h:g} leaves the image; allowed is 0..{width:g} x 0..{height:g}"
        )
    left, top = max(x, 0.0), max(y, 0.0)
    return Box(key, left, top, min(x + w, width) - left, min(y + h, height) - top)
