"""Expected calibration error of one label, always beside its noise floor and interval (methods.md §12.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measures.bootstrap import percentile_interval
from training.metrics.binned_gaps import BINS, width_index
from training.metrics.estimate import Estimate, undefined

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class NoiseFloor:
    """ECE that a perfectly calibrated model with these scores shows by chance: mean and 5-95 % range."""

    mean: float
    low: float
    high: float

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"mean": round(self.mean, 6), "range": [round(self.low, 6), round(self.high, 6)]}


def ece_width(probabilities: Floats, labels: Floats, bins: int = BINS) -> float:
    """sum_b n_b/n |mean p - mean y| over `bins` equal-width bins of P(positive), L1: torchmetrics' binary
    CalibrationError.

    probabilities, labels: [n]. Bin b holds ((b-1)/bins, b/bins], 0 goes to the first. NaN without cases.
    """
    if len(probabilities) == 0:
        return float("nan")
    gaps = np.bincount(width_index(probabilities, bins), np.asarray(probabilities, np.float64) - labels, minlength=bins)
    return float(np.abs(gaps).sum() / len(probabilities))


def noise_floor(probabilities: Floats, bins: int = BINS, draws: int = 1000, seed: int = 0) -> NoiseFloor:
    """ECE with labels drawn from the probabilities themselves, y ~ Bernoulli(p), `draws` times."""
    random = np.random.default_rng(seed)
    drawn = random.random((draws, len(probabilities))) < probabilities
    values = np.array([ece_width(probabilities, row.astype(np.float64), bins) for row in drawn])
    low, high = np.percentile(values, [5, 95])
    return NoiseFloor(float(values.mean()), float(low), float(high))


def estimate(
    probabilities: Floats, labels: Floats, patients: Sequence[str], bins: int = BINS, draws: int = 1000
) -> Estimate:
    """ECE with a patient-bootstrap interval. Resampling adds its own noise: the interval sits above the value."""
    if len(probabilities) == 0:
        return undefined(0, "patient bootstrap", "no case")
    interval = percentile_interval(lambda i: ece_width(probabilities[i], labels[i], bins), patients, draws)
    return Estimate(ece_width(probabilities, labels, bins), interval, len(labels), "patient bootstrap")


def negative_log_likelihood(probabilities: Floats, labels: Floats) -> float:
    """-mean(y log p + (1-y) log(1-p)), p kept 1e-12 away from 0 and 1."""
    p = np.clip(np.asarray(probabilities, np.float64), 1e-12, 1 - 1e-12)
    return float(-(labels * np.log(p) + (1 - labels) * np.log1p(-p)).mean())
