"""How often each label is positive in the training set, as losses for imbalanced classes need it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def class_counts(labels: Floats) -> tuple[Floats, Floats]:
    """Positives and negatives per label among the known ones, float64 [K] each; a soft label counts for its share.

    labels: [n,K] in [0,1], unknown = NaN or negative.
    """
    known = np.nan_to_num(labels, nan=-1.0) >= 0
    positives = np.where(known, labels, 0.0).sum(axis=0, dtype=np.float64)
    return positives, known.sum(axis=0) - positives


def positive_rates(labels: Floats) -> Floats:
    """p of each label, float64 [K]; 0 for a label nobody knows (no loss will be taken of it)."""
    positives, negatives = class_counts(labels)
    return positives / np.maximum(positives + negatives, 1.0)


def positive_weights(labels: Floats) -> Floats:
    """N_neg / N_pos of each label, float64 [K]; 1 where a class is absent, for which no balance can be struck."""
    positives, negatives = class_counts(labels)
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.where(both, positives, 1.0), 1.0)
