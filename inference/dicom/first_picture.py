"""Is the picture that a page would open with one that can be read?

A window or table of the file may lie beside the values of the image, or leave most of the grays unused: tables of 12 bits
that are declared as 16 are common. Such a picture is black or white, and nothing on it says why.
"""

import numpy as np

_AT_ONE_END = 0.98  # more exposed pixels than this, all black or all white
_LEAST_USED = 0.25  # of the grays, between the two percentiles
_PERCENTILES = (0.5, 99.5)  # a burned-in letter does not count as use


def picture_fault(gray: np.ndarray, counts: np.ndarray) -> str | None:
    """`voi_outside_image`, `voi_range_unused`, or None for a picture that can be read.

    gray: [n] in [0, 1] of each sample, in either polarity. counts: int [n], how often each occurs in the exposed field,
    not all zero.
    """
    levels = np.rint(np.clip(gray, 0.0, 1.0) * 255).astype(np.intp)
    found = np.bincount(levels, weights=counts, minlength=256)
    if max(found[0], found[255]) > _AT_ONE_END * found.sum():
        return "voi_outside_image"
    places = np.cumsum(found)
    low, high = np.searchsorted(places, np.asarray(_PERCENTILES) / 100 * places[-1])
    return "voi_range_unused" if high - low < _LEAST_USED * 255 else None
