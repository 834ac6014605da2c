"""Where a model fails: the points that paper 001 read by eye (false positives at hilum or clavicle, misses at the hilum).

For each wrong image the centres that matter, as fractions of the field, so that a reader or an atlas can name the site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measures.box_iou import BoxTuple
from training.metrics.map_resampling import Maps
from training.metrics.pointing import points_into_box

FALSE_POSITIVE, FALSE_NEGATIVE, WRONG_PLACE = "FP", "FN", "FN_LOC"

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class FailurePoint:
    """One point of one image. kind: FP (peak of the map, no finding there), FN (centre of a box, answered negative),
    FN_LOC (answered positive, peak outside every box: one point `peak` and one `box` per box). x, y: fraction of the
    width from the left and of the height from the top; value: of the map at its peak, else the image score."""

    image_id: str
    kind: str
    what: str
    x: float
    y: float
    value: float

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return dict(vars(self)) | {name: round(float(vars(self)[name]), 6) for name in ("x", "y", "value")}


def failure_points(
    image_ids: Sequence[str], maps: Maps, boxes: Sequence[Sequence[BoxTuple]], labels: Floats,
    predicted: NDArray[np.bool_], scores: Floats, size: tuple[int, int],
) -> list[FailurePoint]:  # fmt: skip
    """Points of every false positive, false negative and wrong place, in the order of the images.

    maps: [h,w] each, any resolution; boxes in pixels of the H x W = `size` field; labels 0, 1 (NaN is passed over);
    predicted bool [n]; scores [n]. A false positive whose map holds no positive evidence has no place and no point.
    """
    points: list[FailurePoint] = []
    for row, image in enumerate(image_ids):
        heat, own, score = np.asarray(maps[row]), boxes[row], float(scores[row])
        if labels[row] == 0 and predicted[row]:
            points += _peak(image, FALSE_POSITIVE, heat)
        elif labels[row] == 1 and not predicted[row]:
            points += [_centre(image, FALSE_NEGATIVE, box, size, score) for box in own]
        elif labels[row] == 1 and own and not points_into_box(heat, own, size):
            points += _peak(image, WRONG_PLACE, heat)
            points += [_centre(image, WRONG_PLACE, box, size, score) for box in own]
    return points


def _peak(image: str, kind: str, heat: Floats) -> list[FailurePoint]:
    if not heat.max() > 0:
        return []
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    x, y = (int(column) + 0.5) / heat.shape[1], (int(row) + 0.5) / heat.shape[0]
    return [FailurePoint(image, kind, "peak", x, y, float(heat.max()))]


def _centre(image: str, kind: str, box: BoxTuple, size: tuple[int, int], score: float) -> FailurePoint:
    left, top, width, height = box
    return FailurePoint(image, kind, "box", (left + width / 2) / size[1], (top + height / 2) / size[0], score)
