"""AUC where each case counts in part as one with the finding and in part as one without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def weighted_area(scores: Floats, present: Floats, absent: Floats) -> tuple[float, Floats]:
    """(A, influence of each case [n]) with A = sum over pairs of a_i b_j psi(s_j, s_i) / (sum a sum b), psi 1 above, 1/2 equal.

    present a, absent b [n]: weights of 0 and more. With labels and sampling weights (a = w y, b = w (1 - y)) it is the weighted
    AUC, and with weights of 1 the influences are DeLong's; with probabilities (a = p, b = 1 - p) the expected one, where each case
    also stands against itself, which matters 1 / n. Raises ValueError where one of the sums is 0.
    """
    total, rest = float(present.sum()), float(absent.sum())
    if not (total > 0 and rest > 0):
        raise ValueError(f"AUC needs both classes: their weights are {total:g} and {rest:g}")
    _, place = np.unique(scores, return_inverse=True)
    above, below = _beyond(place, present), _before(place, absent)
    area = float(present @ below) / (total * rest)
    influences = present * (below / rest - area) / total + absent * (above / total - area) / rest
    return area, influences


def _before(place: NDArray[np.intp], weights: Floats) -> Floats:
    """Of each case the weight at lower scores and half of that at its own."""
    at = np.bincount(place, weights)
    return np.asarray((np.cumsum(at) - at / 2)[place], np.float64)


def _beyond(place: NDArray[np.intp], weights: Floats) -> Floats:
    return float(weights.sum()) - _before(place, weights)
