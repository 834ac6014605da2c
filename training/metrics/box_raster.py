"""Between boxes and pixels of the model input: boxes as masks, masks as boxes, and how far two rectangles agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from measures.box_iou import BoxTuple, box_iou

_TOUCHING = np.ones((3, 3), bool)  # diagonal neighbours belong to one lesion


def rasterised(boxes: Sequence[BoxTuple], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels of an H x W = `size` field whose centres lie in one of the boxes."""
    covered = np.zeros(size, dtype=bool)
    rows, columns = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    for x, y, w, h in boxes:
        covered |= ((rows >= y) & (rows < y + h))[:, None] & ((columns >= x) & (columns < x + w))[None, :]
    return covered


def boxes_of_mask(mask: NDArray[np.bool_]) -> list[BoxTuple]:
    """One bounding box per connected region of a mask [H,W]."""
    labels, _ = ndimage.label(mask, structure=_TOUCHING)
    return [
        (float(columns.start), float(rows.start), float(columns.stop - columns.start), float(rows.stop - rows.start))
        for rows, columns in ndimage.find_objects(labels)
    ]


def best_overlap(own: BoxTuple, boxes: Sequence[BoxTuple]) -> float:
    """The highest overlap with one of several boxes."""
    return max((box_iou(own, box) for box in boxes), default=0.0)


def mask_overlap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks; 0 when both are empty."""
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 0.0


def mask_dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """2 |A and B| / (|A| + |B|); 0 when both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 0.0
