"""Whether two maps of one finding point to one place, on one image.

They agree where the highest cell of either lies in the region of the other: where that one, interpolated between the middles of its
cells, reaches its threshold. One rule for every case and for the measurement of what agreeing is worth
(training/run/agreement_worth.py): two maps of one network share its errors, so that agreeing alone says nothing.
"""

import numpy as np

from inference.boxes import positive_part


def maps_agree(first: np.ndarray, second: np.ndarray, thresholds: tuple[float, float]) -> bool | None:
    """first, second: [h, w] over one field, of sizes of their own; thresholds in units of each map. None where one of them has
    no positive evidence: it points nowhere."""
    own, other = positive_part(first), positive_part(second)
    if not own.max() > 0 or not other.max() > 0:
        return None
    return _reaches(own, other, thresholds[1]) and _reaches(other, own, thresholds[0])


def _reaches(own: np.ndarray, other: np.ndarray, threshold: float) -> bool:
    """Whether `other` reaches its threshold at the middle of the highest cell (first of equals) of `own`."""
    row, column = np.unravel_index(int(own.argmax()), own.shape)
    y, x = (row + 0.5) / own.shape[0], (column + 0.5) / own.shape[1]
    return _value_at(other, x, y) >= threshold


def _value_at(cells: np.ndarray, x: float, y: float) -> float:
    """Bilinear between the middles of cells, the outer ones held to the edge. x, y: shares of the field."""
    rows, columns = cells.shape
    down, right = np.clip(y * rows - 0.5, 0, rows - 1), np.clip(x * columns - 0.5, 0, columns - 1)
    i, j = int(down), int(right)
    below, after = min(i + 1, rows - 1), min(j + 1, columns - 1)
    upper = cells[i, j] + (cells[i, after] - cells[i, j]) * (right - j)
    lower = cells[below, j] + (cells[below, after] - cells[below, j]) * (right - j)
    return float(upper + (lower - upper) * (down - i))
