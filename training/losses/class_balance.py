"""How often each label is positive in the training set, as losses for imbalanced classes need it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def class_counts(labels: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Positives and negatives per label among the known ones, float64 [K] each; a soft label counts for its share.

    labels: [n,K] in [0,1], unknown = NaN or negative. weights: [n,K], what each label counts for in the loss and so here;
    None: 1 each.
    """
    counted = np.where(np.nan_to_num(labels, nan=-1.0) >= 0, 1.0 if weights is None else weights, 0.0)
    positives = np.where(counted > 0, counted * labels, 0.0).sum(axis=0, dtype=np.float64)
    return positives, counted.sum(axis=0, dtype=np.float64) - positives


def positive_rates(labels: Floats) -> Floats:
    """p of each label, float64 [K]; 0 for a label nobody knows (no loss will be taken of it)."""
    positives, negatives = class_counts(labels)
    return positives / np.maximum(positives + negatives, 1.0)


def positive_weights(labels: Floats, weights: Floats | None = None) -> Floats:
    """N_neg / N_pos of each label, float64 [K]; 1 where a class is absent, for which no balance can be struck. weights: as in
    `class_counts`."""
    positives, negatives = class_counts(labels, weights)
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.where(both, positives, 1.0), 1.0)
