"""The Brier score and its parts: reliability, resolution and uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measures.brier import weighted_brier
from training.metrics.binned_gaps import BINS, width_sums

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class BrierParts:
    """[d] each: score = reliability - resolution + uncertainty + within, exactly.

    reliability: mean squared gap of the bins (0 is best). resolution: how far the bins' rates lie from the overall rate
    (more is better). uncertainty: variance of the labels. within: what the spread of p inside the bins adds.
    """

    score: NDArray[np.float64]
    reliability: NDArray[np.float64]
    resolution: NDArray[np.float64]
    uncertainty: NDArray[np.float64]

    @property
    def within(self) -> NDArray[np.float64]:
        """The rest that Murphy's three parts leave, since cases of one bin differ in p (Stephenson et al. 2008)."""
        return self.score - self.reliability + self.resolution - self.uncertainty


def brier_parts(probabilities: Floats, labels: Floats, weights: Floats, bins: int = BINS) -> BrierParts:
    """mean (p - y)^2 and, in equal-width bins, sum n_b/n (mean p - mean y)^2, sum n_b/n (mean y - rate)^2, rate (1 - rate).

    Murphy 1973. probabilities, labels [n]; weights [d,n]. NaN in rows without a case.
    """
    sums = width_sums(probabilities, labels, weights, bins)
    n = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = sums.positives.sum(axis=1) / n
        inside = np.where(sums.cases > 0, sums.positives / sums.cases, 0.0)
        resolution = (sums.cases * (inside - rate[:, None]) ** 2).sum(axis=1) / n
    score = weighted_brier(probabilities, labels, weights)
    return BrierParts(score, sums.squared(debiased=False), resolution, rate * (1 - rate))
