"""What one map says about one image, scored against its boxes and mask (methods.md §9).

A map is read once (`read_map`) and scored against the truth (`score_map`); the location prior is read once and scored
against every image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.filters import threshold_otsu

from inference.boxes import MASS, CellRectangle, positive_part, smallest_rectangle
from measures.box_iou import BoxTuple
from training.metrics.box_raster import (
    best_overlap,
    boxes_of_mask,
    mask_dice,
    mask_overlap,
    rasterised,
)
from training.metrics.pixel_precision import PixelOrder, areas, pixel_order
from training.metrics.pointing import points_into_box

Floats = NDArray[np.floating]

MAP_METRICS = (
    "auprc", "auprc_trapezoid", "pointing", "mass_in_box", "iou_mass95", "iou_p95", "iou_otsu", "dice",
)  # fmt: skip
PERCENTILE = 95.0
BEST, UNION = "best", "union"


@dataclass(frozen=True)
class Truth:
    """boxes: x, y, w, h in pixels of the H x W field; covered, mask: bool [H,W], the boxes' union and the lesion."""

    boxes: tuple[BoxTuple, ...]
    covered: NDArray[np.bool_]
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class MapReading:
    """One map [H,W], read. positive: its positive part; region: the pixels at or above the Otsu threshold."""

    heat: Floats
    positive: Floats
    order: PixelOrder
    mass95: BoxTuple
    p95: BoxTuple
    region: NDArray[np.bool_]


def truth_of(boxes: Sequence[BoxTuple], mask: NDArray[np.bool_] | None, size: tuple[int, int]) -> Truth:
    """Boxes and mask of one image; what is missing is made of the other (union of the boxes, box of each region)."""
    own = list(boxes) if boxes or mask is None else boxes_of_mask(np.asarray(mask, bool))
    covered = rasterised(own, size)
    return Truth(tuple(own), covered, covered if mask is None else np.asarray(mask, bool))


def read_map(heat: Floats, threshold: float | None = None) -> MapReading | None:
    """Read a map; None for one without a positive value ("no positive evidence").

    threshold: of the region; None takes Otsu's of the positive part (SPN maps: .5). The rectangle is that of
    inference.boxes, at the resolution of the map given.
    """
    positive = positive_part(np.asarray(heat))
    rectangle = smallest_rectangle(positive, MASS)
    if rectangle is None:
        return None
    high = np.asarray(heat) >= np.percentile(heat, PERCENTILE)
    rows, columns = np.flatnonzero(high.any(axis=1)), np.flatnonzero(high.any(axis=0))
    p95 = CellRectangle(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    level = _otsu(positive) if threshold is None else threshold
    region = (positive >= level) & (positive > 0)
    return MapReading(np.asarray(heat), positive, pixel_order(heat), box_of(rectangle), box_of(p95), region)


def score_map(reading: MapReading | None, truth: Truth, several: str = BEST) -> dict[str, float]:
    """Every metric of MAP_METRICS for one image; all 0 for a map without positive evidence.

    auprc: signed map against the mask. pointing: highest pixel (first of equals) in a box. mass_in_box: sum of the positive
    part inside the union of the boxes over its total (paper 004, trust 1). iou_mass95: with the smallest rectangle that
    holds 95 % of the positive part (trust 2). iou_p95: with the box around all pixels >= the 95th percentile (ProtoPNet).
    iou_otsu, dice: region against the mask. several: of several boxes the `best` overlap counts, or their `union`.
    """
    if reading is None:
        return dict.fromkeys(MAP_METRICS, 0.0)
    steps, trapezoid = areas(reading.order, truth.mask)
    return {
        "auprc": steps,
        "auprc_trapezoid": trapezoid,
        "pointing": float(points_into_box(reading.heat, truth.boxes, truth.covered.shape)),
        "mass_in_box": float(reading.positive[truth.covered].sum() / reading.positive.sum()),
        "iou_mass95": rectangle_overlap(reading.mass95, truth, several),
        "iou_p95": rectangle_overlap(reading.p95, truth, several),
        "iou_otsu": mask_overlap(reading.region, truth.mask),
        "dice": mask_dice(reading.region, truth.mask),
    }


def chance(truth: Truth, several: str = BEST) -> dict[str, float]:
    """What a map that knows nothing scores: the covered share of the field for auprc, pointing and mass; for overlaps,
    the whole field as answer (an even map holds every pixel)."""
    covered, lesion = float(truth.covered.mean()), float(truth.mask.mean())
    height, width = truth.covered.shape
    whole = rectangle_overlap((0.0, 0.0, float(width), float(height)), truth, several)
    return {
        "auprc": lesion, "auprc_trapezoid": lesion, "pointing": covered, "mass_in_box": covered,
        "iou_mass95": whole, "iou_p95": whole, "iou_otsu": lesion, "dice": 2 * lesion / (1 + lesion),
    }  # fmt: skip


def rectangle_overlap(own: BoxTuple, truth: Truth, several: str) -> float:
    """IoU of a rectangle with the boxes: the best one, or the union of all as pixels."""
    if several == BEST:
        return best_overlap(own, truth.boxes)
    return mask_overlap(rasterised([own], truth.covered.shape), truth.covered)


def box_of(cells: CellRectangle, step: tuple[float, float] = (1.0, 1.0)) -> BoxTuple:
    """x, y, w, h of a rectangle of cells; step: height and width of a cell in pixels."""
    top, left = cells.top * step[0], cells.left * step[1]
    return left, top, (cells.right - cells.left) * step[1], (cells.bottom - cells.top) * step[0]


def _otsu(positive: Floats) -> float:
    """Otsu's threshold of 256 grey levels; a map of one value is all region."""
    low, high = float(positive.min()), float(positive.max())
    return low if low == high else float(threshold_otsu(positive))
