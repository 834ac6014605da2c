"""Pointing accuracy: does the highest cell of a map lie in a box of its finding? (methods.md §9)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from measures.box_iou import BoxTuple


def points_into_box(heat: NDArray[np.floating], boxes: Sequence[BoxTuple], size: tuple[int, int]) -> bool:
    """Whether the centre of the highest cell lies in one of `boxes` (x, y, w, h in pixels of the H x W = `size` field).

    heat: [h, w]. A map without a positive value points nowhere: False.
    """
    if not heat.max() > 0:
        return False
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    x, y = (column + 0.5) * size[1] / heat.shape[1], (row + 0.5) * size[0] / heat.shape[0]
    return any(left <= x < left + w and top <= y < top + h for left, top, w, h in boxes)
