"""Which mark hits which lesion. The rule is fixed in the protocol: centre, iou:X or radius:R."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from measures.box_iou import box_iou
from reader_study.analysis.plain_numbers import plain_number
from reader_study.analysis.refusal import DataRefused

RULES = "centre, iou:X with 0 < X <= 1, radius:R with R > 0 pixels"


class Region(NamedTuple):
    """A mark or a lesion in image pixels: a point has w = h = 0."""

    x: float
    y: float
    w: float = 0.0
    h: float = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2


def hit_rule(text: str) -> Callable[[Region, Region], float | None]:
    """The rule as a function (mark, lesion) -> overlap to prefer by, higher first, or None where it is no hit.

    centre: the mark's centre lies in the lesion box (paper 001). iou:X: IoU >= X. radius:R: centres at most R pixels apart.
    Raises DataRefused for any other text.
    """
    name, _, argument = text.partition(":")
    if text == "centre":
        return lambda mark, lesion: box_iou(mark, lesion) if _holds(lesion, mark.centre) else None
    limit = plain_number(argument)
    if name == "iou" and 0 < limit <= 1:
        return lambda mark, lesion: box_iou(mark, lesion) if box_iou(mark, lesion) >= limit else None
    if name == "radius" and limit > 0:
        return lambda mark, lesion: -_distance(mark, lesion) if _distance(mark, lesion) <= limit else None
    raise DataRefused(f"hit rule '{text}' is not one of {RULES}")


def _holds(box: Region, point: tuple[float, float]) -> bool:
    return box.x <= point[0] <= box.x + box.w and box.y <= point[1] <= box.y + box.h


def _distance(one: Region, other: Region) -> float:
    return float(np.hypot(one.centre[0] - other.centre[0], one.centre[1] - other.centre[1]))


def match_marks(marks: list[tuple[Region, float]], lesions: list[Region], rule: str) -> tuple[list[float], list[float]]:
    """(ratings of the non-lesion marks, rating per lesion with -inf where unmarked) of one reader on one case.

    Marks are taken in falling rating order, each lesion is matched once, the best overlap first; a further mark on a matched
    lesion is ignored: it is neither a lesion nor a non-lesion localisation.
    """
    overlap = hit_rule(rule)
    of_lesion = [float("-inf")] * len(lesions)
    non_lesion = []
    for mark, rating in sorted(marks, key=lambda pair: -pair[1]):
        hits = [(value, k) for k, lesion in enumerate(lesions) if (value := overlap(mark, lesion)) is not None]
        if not hits:
            non_lesion.append(rating)
            continue
        free = [(value, -k) for value, k in hits if of_lesion[k] == float("-inf")]
        if free:
            of_lesion[-max(free)[1]] = rating
    return non_lesion, of_lesion
