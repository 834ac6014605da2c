"""Images as counts and tables of levels: an 8- or 16-bit image has at most 65,536 different values.

Whatever is done to each pixel by its value alone is done once per level and looked up; whatever asks how often values
occur counts levels once. Both go through the image in pieces that stay in the processor's cache: on 5 Mpixel of 16 bits
a table takes 4-12 ms instead of 25-50, and percentiles 16-25 ms instead of 120 by sorting.
"""

from collections.abc import Sequence

import numpy as np

_COUNTED_AT_ONCE = 1 << 18  # pixels; smaller pieces spend their time on adding up the counts
_LOOKED_UP_AT_ONCE = 1 << 16


def count_levels(values: np.ndarray, lowest: int, levels: int) -> np.ndarray:
    """How often each of the values lowest .. lowest + levels - 1 occurs; int64 [levels].

    values: [rows, columns] of uint8, int8, uint16 or int16. Raises ValueError for a value outside the levels.
    """
    _require_within(values, lowest, levels)
    rows = max(1, _COUNTED_AT_ONCE // max(1, values.shape[1]))
    counts = np.zeros(levels, np.int64)
    for start in range(0, len(values), rows):
        counts += np.bincount(_places(values[start : start + rows].reshape(-1), lowest), minlength=levels)
    return counts


def look_up(table: np.ndarray, lowest: int, values: np.ndarray) -> np.ndarray:
    """table[value - lowest], same shape as `values` [rows, columns] of uint8, int8, uint16 or int16.

    Raises ValueError for a value outside the table.
    """
    _require_within(values, lowest, len(table))
    flat = np.ascontiguousarray(values).reshape(-1)
    found = np.empty(flat.shape, table.dtype)
    for start in range(0, flat.size, _LOOKED_UP_AT_ONCE):
        piece = slice(start, start + _LOOKED_UP_AT_ONCE)
        # within the table, as was checked; "raise" would copy each piece once more
        np.take(table, _places(flat[piece], lowest), out=found[piece], mode="wrap")
    return found.reshape(values.shape)


def percentiles(levels: np.ndarray, counts: np.ndarray, percentages: Sequence[float]) -> list[float]:
    """Percentiles of an image in which levels[i] occurs counts[i] times: bit by bit those of `np.percentile`.

    Linear between order statistics: v = (n - 1) p / 100 is a place in the sorted pixels; between the pixels a and b
    around it, a + (b - a) t with t = v - floor(v), computed from b for t >= 1/2 (Hyndman and Fan 1996, type 7).
    levels: [k] in any order. counts: int64 [k], not all zero.
    """
    order = np.argsort(levels, kind="stable") if np.any(levels[1:] < levels[:-1]) else slice(None)
    ascending, places = levels[order], np.cumsum(counts[order])
    found = []
    for fraction in np.true_divide(percentages, 100):
        place = (int(places[-1]) - 1) * fraction
        below = np.floor(place)
        above = min(below + 1, places[-1] - 1)
        # `places` counts pixels up to and with a level, so the pixel of rank r has the first level beyond r.
        a, b = ascending[np.searchsorted(places, [below, above], side="right")]
        t, step = place - below, b - a
        found.append(float(b - step * (1 - t) if t >= 0.5 else a + step * t))
    return found


def _places(values: np.ndarray, lowest: int) -> np.ndarray:
    """value - lowest, unsigned: the bits read without a sign, less those of `lowest`, modulo their number."""
    places = values.view(f"u{values.dtype.itemsize}")
    return places if lowest == 0 else places - places.dtype.type(lowest % (1 << 8 * places.dtype.itemsize))


def _require_within(values: np.ndarray, lowest: int, levels: int) -> None:
    if not values.size:
        return
    low, high = int(values.min()), int(values.max())
    if low < lowest or high >= lowest + levels:
        raise ValueError(f"stored values span {low} to {high}; allowed: {lowest} to {lowest + levels - 1}")
