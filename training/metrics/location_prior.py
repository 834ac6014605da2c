"""The map that knows where findings usually lie and nothing about the image: what every localisation is set against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from measures.box_iou import BoxTuple
from training.metrics.box_raster import rasterised


def location_prior(
    boxes: Sequence[Sequence[BoxTuple]], size: tuple[int, int], masks: Sequence[NDArray[np.bool_] | None] = ()
) -> NDArray[np.float64]:
    """Mean over the training images with a box (or mask) of the covered pixels: float64 [H,W] in [0,1].

    boxes: per training image, x, y, w, h in pixels of the H x W = `size` model input; images without a box say nothing
    about where and are left out. masks: where given, and not None, used in place of the boxes. All zero without a box.
    """
    total, count = np.zeros(size), 0
    for row, own in enumerate(boxes):
        mask = masks[row] if row < len(masks) else None
        if mask is None and not own:
            continue
        covered = rasterised(own, size) if mask is None else np.asarray(mask, bool)
        if covered.any():
            total += covered
            count += 1
    return total / max(count, 1)
