"""The one record type that every reader yields, and the one error that every reader raises."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
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


@dataclass(frozen=True)
class Record:
    """One image with its labels.

    labels: finding key -> 1 (present), 0 (absent) or None (the source does not say: leave it out of loss and metrics).
    boxes: in pixels of the file at image_path. patient: the person, not the image; splits are made by it.
    """

    image_path: Path
    image_id: str
    patient: str
    view: str
    labels: dict[str, int | None]
    boxes: list[Box] = field(default_factory=list)
    source: str = ""
    age_years: float | None = None
    sex: str = ""


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
