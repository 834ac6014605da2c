"""What is to be expected of the AUC of few cases where the worst that a gate lets through is the truth."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri, owens_t

from measures.gates.clusters import Codes, Floats

LEAST_OF_A_CLASS = 10
"""Patients with and without the finding below which no AUC gate is decided."""


def effective_patients(weights: Floats, patients: Codes) -> float:
    """(sum w)^2 / sum over patients of (their sum of w)^2, Kish 1965: 3 of equal weight are 3."""
    return float(weights.sum() ** 2 / (np.bincount(patients, weights) ** 2).sum())


def restrained_error(loss: float, positives: float, negatives: float) -> float:
    """Standard error of the AUC 1 - loss of two normal distributions of one spread.

    (A (1 - A) + (n1 - 1) x + (n0 - 1) x) / (n1 n0), x = P(two positives above one negative) - A^2: Bamber, Journal of
    Mathematical Psychology 1975; here P = bvn(h, h; 1/2) = A - 2 T(h, sqrt(1/3)), h = z(A), T Owen's function.
    Of two models that part the few cases perfectly the observed spread is 0, and that of a candidate worse by `loss` is this.
    """
    loss = min(max(loss, 0.0), 0.5)
    if loss == 0:
        return 0.0
    area, third = 1 - loss, math.sqrt(1 / 3)
    shared = area - 2 * float(owens_t(float(ndtri(area)), third)) - area**2
    variance = (area * loss + (positives + negatives - 2) * shared) / (positives * negatives)
    return math.sqrt(max(variance, 0.0))
