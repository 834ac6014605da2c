"""003's preprocessing filter: only the dark side of an Otsu threshold is kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.filters import gaussian, threshold_otsu

SIGMA = 1.0  # the paper does not give it; 1 pixel at the prepared size, the mildest blur that joins neighbours


def dark_side(gray: NDArray[np.float32], sigma: float = SIGMA) -> NDArray[np.float32]:
    """gray where blurred(gray) < Otsu(blurred), 0 elsewhere (003 section 2.5: the mask that keeps lung, not bone).

    gray: float32 [H,W] in [0,1], bright = dense. Deviation: works at the prepared size, since the paper does not say
    whether it filters before or after resizing. An image of one gray value has no threshold and stays as it is.
    """
    blurred = gaussian(gray, sigma=sigma, preserve_range=True)
    if blurred.max() - blurred.min() < 1e-6:
        return gray
    return np.where(blurred < threshold_otsu(blurred), gray, np.float32(0.0))
