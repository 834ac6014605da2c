"""Boxes of an explanation map, by three rules, in source image pixels.

`classmap-fixed`: d x d on the peak cell, d = S/s (paper 001, appendix B). `mass95`: the smallest rectangle of cells that
holds at least 95 % of the map (paper 004, section on trust scores). `component`: connected regions of the interpolated
map at or above the finding's threshold (ours).

Maps are float [h, w] over a region of the source image; signed class maps count by their positive part, for a negative
score is evidence against the finding. A map without positive evidence has no box. Boxes are clipped to the image.
Corner convention: (0, 0) is the top-left corner of the first pixel. methods.md section 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from inference.documents import BoxRule, ModelBox
from inference.preprocessing import Region

MASS = 0.95
# A ragged map can fall into dozens of specks; the papers do not say how many to draw. Five, the highest first.
MOST_COMPONENTS = 5
# Sums of the same cells in another order differ in the last digits; that must not decide a tie.
_ROUNDING = 1e-9
_TOUCHING = np.ones((3, 3), bool)  # diagonal neighbours belong to one region


@dataclass(frozen=True)
class PixelBox:
    """A predicted box in source pixels. map: kind of map it comes from; score: the map's highest value inside."""

    x: float
    y: float
    w: float
    h: float
    rule: BoxRule
    map: str
    score: float

    def document(self) -> ModelBox:
        """As the API gives it."""
        return {
            "x": self.x,
            "y": self.y,
            "w": self.w,
            "h": self.h,
            "rule": self.rule,
            "map": self.map,
            "score": self.score,
        }


@dataclass(frozen=True)
class MapField:
    """Where a map lies: kind, region x0, y0, x1, y1 in source pixels, and the size of the source image."""

    kind: str
    region: Region
    rows: int
    columns: int


class CellRectangle(NamedTuple):
    """Half-open rectangle of map cells: rows top..bottom-1, columns left..right-1."""

    top: int
    left: int
    bottom: int
    right: int


def positive_part(values: np.ndarray) -> np.ndarray:
    """max(map, 0) as float64: what boxes and mass are taken from."""
    return np.maximum(np.asarray(values, np.float64), 0.0)


def _evidence(values: np.ndarray, field: MapField) -> np.ndarray:
    """The positive part of a map of this kind. Raises ValueError for one with a value that is no number or infinite."""
    wrong = int(np.size(values) - np.isfinite(values).sum())
    if wrong:
        raise ValueError(
            f"map {field.kind!r} has {wrong} of {np.size(values)} values that are not finite; no box is made of it"
        )
    return positive_part(values)


def classmap_fixed_boxes(values: np.ndarray, field: MapField) -> list[PixelBox]:
    """One d x d box centred on the highest cell, d = S/s: exactly that cell, seen in the image.

    Ties: the first in row-major order. values: [h, w].
    """
    positive = _evidence(values, field)
    peak = int(positive.argmax())
    if positive.flat[peak] <= 0:
        return []
    row, column = divmod(peak, positive.shape[1])
    cell = CellRectangle(row, column, row + 1, column + 1)
    return _boxes_of([(cell, float(positive.flat[peak]))], positive.shape, field, "classmap-fixed")


def mass95_boxes(values: np.ndarray, field: MapField) -> list[PixelBox]:
    """The smallest rectangle of cells with at least 95 % of the map's positive mass. values: [h, w]."""
    positive = _evidence(values, field)
    rectangle = smallest_rectangle(positive, MASS)
    if rectangle is None:
        return []
    return _boxes_of([(rectangle, float(positive.max()))], positive.shape, field, "mass95")


def component_boxes(
    values: np.ndarray, field: MapField, threshold: float, grid: tuple[int, int], most: int = MOST_COMPONENTS
) -> list[PixelBox]:
    """Boxes of the connected regions of the bilinearly interpolated map at or above a map value, highest first.

    values: [h, w]. threshold: in units of the map. grid: rows and columns of the model input, on which the map is
    interpolated as the viewer does. Regions that touch at a corner are one. Score 0 is never inside.
    """
    fine = interpolate(_evidence(values, field), grid)
    inside = (fine >= threshold) & (fine > 0)
    frame = _frame(inside)
    if frame is None:
        return []
    # Only the part that holds regions is labelled: most maps are empty over most of the image.
    part = np.s_[frame.top : frame.bottom, frame.left : frame.right]
    fine_part, (labels, _) = fine[part], ndimage.label(inside[part], structure=_TOUCHING)
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        peak = float(fine_part[rows, columns][labels[rows, columns] == number].max())
        region = CellRectangle(rows.start, columns.start, rows.stop, columns.stop)
        found.append((_moved(region, frame), peak))
    found.sort(key=lambda entry: (-entry[1], entry[0]))
    return _boxes_of(found[:most], fine.shape, field, "component")


def interpolate(values: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Bilinear interpolation of [h, w] cell centres onto [H, W] pixel centres of the same field; edges are held.

    Cell (i, j) is centred at ((i + 0.5) / h, (j + 0.5) / w) of the field (pixels.md §9).
    """
    down = _interpolation_matrix(grid[0], values.shape[0])
    across = _interpolation_matrix(grid[1], values.shape[1])
    return np.asarray(down @ values @ across.T)


def smallest_rectangle(positive: np.ndarray, fraction: float) -> CellRectangle | None:
    """The smallest rectangle with at least `fraction` of the mass, exactly; None for an all-zero map.

    For each pair of rows, the column sums' prefix gives for each left edge the nearest right edge: O(H^2 W log W). Empty
    border rows and columns, pairs of rows that hold too little, and pairs that no width could make smaller than the best
    are passed over, so that a map at the size of the model input takes milliseconds.
    Ties: least area, most mass, top, left. positive: [h, w], no negative value.
    """
    total = float(positive.sum())
    if total <= 0:
        return None
    frame = _frame(positive)
    if frame is None:
        return None
    inner = positive[frame.top : frame.bottom, frame.left : frame.right]
    found = _smallest_inside(inner, fraction * total - _ROUNDING * total, total)
    return None if found is None else _moved(found, frame)


def _frame(values: np.ndarray) -> CellRectangle | None:
    """The smallest rectangle that holds every non-zero cell; None without any."""
    rows, columns = np.flatnonzero(values.any(axis=1)), np.flatnonzero(values.any(axis=0))
    if not rows.size:
        return None
    return CellRectangle(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _moved(inner: CellRectangle, frame: CellRectangle) -> CellRectangle:
    """A rectangle of a cut-out, in cells of the whole."""
    top, left = frame.top, frame.left
    return CellRectangle(inner.top + top, inner.left + left, inner.bottom + top, inner.right + left)


def _smallest_inside(positive: np.ndarray, wanted: float, total: float) -> CellRectangle | None:
    height, width = positive.shape
    above = np.vstack([np.zeros(width), np.cumsum(positive, axis=0)])
    held = above.sum(axis=1)
    whole = _narrowest(np.concatenate([[0.0], np.cumsum(above[-1])]), wanted)
    least_width = 1 if whole is None else whole[1] - whole[0]
    best: tuple[int, float, CellRectangle] | None = None
    for top in range(height):
        first = int(np.searchsorted(held, held[top] + wanted - _ROUNDING * total))
        for bottom in range(max(first, top + 1), height + 1):
            if best is not None and (bottom - top) * least_width > best[0]:
                break
            prefix = np.concatenate([[0.0], np.cumsum(above[bottom] - above[top])])
            if prefix[-1] < wanted:
                continue
            found = _narrowest(prefix, wanted)
            if found is None:
                continue
            left, right, mass = found
            candidate = ((bottom - top) * (right - left), mass, CellRectangle(top, left, bottom, right))
            if best is None or _is_better(candidate, best, total):
                best = candidate
    return None if best is None else best[2]


def _narrowest(prefix: np.ndarray, wanted: float) -> tuple[int, int, float] | None:
    """Left, right and mass of the narrowest run of columns that reaches `wanted`; ties: most mass, then left."""
    lefts = np.arange(prefix.size - 1)
    rights = np.searchsorted(prefix, prefix[:-1] + wanted, side="left")
    reach = rights < prefix.size
    if not reach.any():
        return None
    lefts, rights = lefts[reach], rights[reach]
    narrow = rights - lefts == (rights - lefts).min()
    lefts, rights = lefts[narrow], rights[narrow]
    masses = prefix[rights] - prefix[lefts]
    first = int(np.flatnonzero(masses >= masses.max() - _ROUNDING * prefix[-1])[0])
    return int(lefts[first]), int(rights[first]), float(masses[first])


def _is_better(
    candidate: tuple[int, float, CellRectangle], best: tuple[int, float, CellRectangle], total: float
) -> bool:
    if candidate[0] != best[0]:
        return candidate[0] < best[0]
    if abs(candidate[1] - best[1]) > _ROUNDING * total:
        return candidate[1] > best[1]
    return candidate[2] < best[2]


@lru_cache(maxsize=32)  # a bundle's maps have a few sizes, and every image asks for the same
def _interpolation_matrix(pixels: int, cells: int) -> np.ndarray:
    """[pixels, cells] weights: two neighbours each, the edge value beyond the outer centres. Read only."""
    held = np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1)
    lower = np.minimum(held.astype(int), max(cells - 2, 0))
    share = held - lower
    matrix = np.zeros((pixels, cells))
    steps = np.arange(pixels)
    matrix[steps, lower] = 1 - share
    if cells > 1:
        matrix[steps, lower + 1] += share
    matrix.flags.writeable = False
    return matrix


def _boxes_of(
    found: list[tuple[CellRectangle, float]], shape: tuple[int, ...], field: MapField, rule: BoxRule
) -> list[PixelBox]:
    """Rectangles of a grid of `shape` over the field's region, as boxes clipped to the image; none if all outside."""
    x0, y0, x1, y1 = field.region
    step_x, step_y = (x1 - x0) / shape[1], (y1 - y0) / shape[0]
    boxes = []
    for cells, score in found:
        left, right = (min(max(x0 + edge * step_x, 0.0), field.columns) for edge in (cells.left, cells.right))
        top, bottom = (min(max(y0 + edge * step_y, 0.0), field.rows) for edge in (cells.top, cells.bottom))
        if right > left and bottom > top:
            boxes.append(PixelBox(left, top, right - left, bottom - top, rule, field.kind, score))
    return boxes
