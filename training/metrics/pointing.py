"""Pointing accuracy: does the highest cell of a map lie in a box of its finding? (methods.md §9)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measures.bootstrap import percentile_interval
from measures.box_iou import BoxTuple
from training.metrics.box_raster import rasterised
from training.metrics.estimate import Estimate, undefined

METHOD = "patient bootstrap"


@dataclass(frozen=True)
class Pointing:
    """accuracy over positive images with boxes; chance = mean share of the field that the boxes cover; zero_maps:
    maps without any positive cell, counted as misses ("no positive evidence")."""

    accuracy: Estimate
    chance: float
    zero_maps: int

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "metric": "pointing",
            **self.accuracy.document(),
            "chance": round(self.chance, 6),
            "zero_maps": self.zero_maps,
        }


def points_into_box(heat: NDArray[np.floating], boxes: Sequence[BoxTuple], size: tuple[int, int]) -> bool:
    """Whether the centre of the highest cell lies in one of `boxes` (x, y, w, h in pixels of the H x W = `size` field).

    heat: [h, w]. A map without a positive value points nowhere: False.
    """
    if not heat.max() > 0:
        return False
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    x, y = (column + 0.5) * size[1] / heat.shape[1], (row + 0.5) * size[0] / heat.shape[0]
    return any(left <= x < left + w and top <= y < top + h for left, top, w, h in boxes)


def covered_share(boxes: Sequence[BoxTuple], size: tuple[int, int]) -> float:
    """Share of the field's pixels whose centres lie in a box: how often a random point would hit."""
    return float(rasterised(boxes, size).mean())


def estimate(
    maps: NDArray[np.floating], boxes: Sequence[Sequence[BoxTuple]], patients: Sequence[str], size: tuple[int, int]
) -> Pointing:
    """Pointing accuracy of maps [n, h, w] of n positive images against their boxes, with a patient-bootstrap
    interval."""
    if not len(maps) == len(boxes) == len(patients):
        raise ValueError(
            f"{len(maps)} maps, {len(boxes)} box lists and {len(patients)} patients; the counts must agree"
        )
    if len(maps) == 0:
        return Pointing(undefined(0, METHOD, "no positive image with a box"), float("nan"), 0)
    hits = np.array([points_into_box(heat, own, size) for heat, own in zip(maps, boxes, strict=True)], dtype=np.float64)
    interval = percentile_interval(lambda indices: float(hits[indices].mean()), patients)
    chance = float(np.mean([covered_share(own, size) for own in boxes]))
    zero = int(sum(not heat.max() > 0 for heat in maps))
    return Pointing(Estimate(float(hits.mean()), interval, len(hits), METHOD), chance, zero)
