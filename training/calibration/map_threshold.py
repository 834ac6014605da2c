"""At which fraction of its own maximum a map is drawn as a region, per finding and kind of map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CANDIDATES = tuple(round(0.2 + 0.05 * step, 2) for step in range(14))  # .20 .. .85
DEFAULT = 0.5


def fit(maps: NDArray[np.floating], masks: NDArray[np.floating], candidates: Sequence[float] = CANDIDATES) -> float:
    """The fraction of the map's maximum whose region has the highest mean Dice with the mask.

    maps: [n,h,w]; masks: [n,h,w], share of each cell that the finding covers. Maps without a positive value are left
    out; without any case the default .5 is returned. The paper does not say how; chosen because it asks for nothing
    but masks of the calibration split.
    """
    usable = [(heat, mask) for heat, mask in zip(maps, masks, strict=True) if heat.max() > 0 and mask.max() > 0]
    if not usable:
        return DEFAULT
    scores = [np.mean([_dice(heat >= fraction * heat.max(), mask) for heat, mask in usable]) for fraction in candidates]
    return float(candidates[int(np.argmax(scores))])


def _dice(region: NDArray[np.bool_], mask: NDArray[np.floating]) -> float:
    return float(2 * (region * mask).sum() / (region.sum() + mask.sum()))
