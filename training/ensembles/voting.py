"""Votes of several models: the weighted mean of their probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def equal_weights(members: int) -> NDArray[np.float64]:
    """Average voting: 1/members each. Raises ValueError below one member."""
    if members < 1:
        raise ValueError(f"{members} members; at least 1 is needed")
    return np.full(members, 1 / members)


def vote(probabilities: Floats, weights: Floats) -> NDArray[np.float64]:
    """sum_m w_m p_m with the weights normalised to sum 1 (003 §7.1, §7.2).

    probabilities: [M,n,K]; weights: [M], >= 0, at least one above 0. Returns [n,K]; argmax over K is the vote of a
    single-label task. Raises ValueError for other shapes or weights.
    """
    p, w = np.asarray(probabilities, np.float64), np.asarray(weights, np.float64)
    if p.ndim != 3 or w.shape != (len(p),):
        raise ValueError(f"probabilities of shape {p.shape} and weights of shape {w.shape}; wanted [M,n,K] and [M]")
    if (w < 0).any() or w.sum() <= 0:
        raise ValueError(f"weights {w.tolist()} must be at least 0 with one above 0")
    return np.tensordot(w / w.sum(), p, axes=1)
