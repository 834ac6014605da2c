"""Area under the precision-recall curve of one map against one mask (paper 001, appendix B: AUPRC)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PixelOrder:
    """Pixels of a map from the highest down. order: flat indices; ends: last place of each run of equal values."""

    order: NDArray[np.intp]
    ends: NDArray[np.intp]


def pixel_order(heat: NDArray[np.floating]) -> PixelOrder:
    """Sort a map [H,W] once; any number of masks can then be read against it."""
    flat = np.asarray(heat).ravel()
    order = np.argsort(-flat, kind="stable")
    falls = np.flatnonzero(np.diff(flat[order]))
    return PixelOrder(order, np.append(falls, flat.size - 1).astype(np.intp))


def areas(order: PixelOrder, mask: NDArray[np.bool_]) -> tuple[float, float]:
    """Step-wise average precision sum (R_i - R_i-1) P_i, and the trapezoid under the same points from (0, 1).

    Pixels of equal value enter together. The paper does not say which; the steps are the headline, the trapezoid is
    too high where few values differ. (0, 0) for an empty mask.
    """
    inside = int(mask.sum())
    if not inside:
        return 0.0, 0.0
    hits = np.cumsum(mask.ravel()[order.order])[order.ends]
    precision, recall = hits / (order.ends + 1), hits / inside
    steps = np.diff(recall, prepend=0.0)
    before = np.concatenate([[1.0], precision[:-1]])
    return float((steps * precision).sum()), float((steps * (precision + before) / 2).sum())
