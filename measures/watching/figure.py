"""A figure with its interval, and the interval of a share whose cases weigh differently."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from measures.delong import logit_interval
from measures.gates.clusters import Codes, clustered_variance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """n: cases that it counts. low, high: 95 %; NaN, as the value, where too few cases say nothing."""

    value: float
    low: float
    high: float
    n: int

    @property
    def is_known(self) -> bool:
        return not math.isnan(self.value + self.low + self.high)

    def parts_from(self, other: Figure) -> bool:
        """Whether the two intervals share no value; False where one is not known."""
        return self.is_known and other.is_known and (self.low > other.high or other.low > self.high)


def unknown(n: int) -> Figure:
    """No figure."""
    return Figure(math.nan, math.nan, math.nan, n)


def of_influences(value: float, influences: Floats, patients: Codes, n: int) -> Figure:
    """By the delta method, influences summed by patient, on the logit scale; unknown at 0 and 1, which have no logit."""
    variance = clustered_variance(influences, patients)
    if not 0 < value < 1 or math.isnan(variance):
        return Figure(value, math.nan, math.nan, n)
    return Figure(value, *logit_interval(value, math.sqrt(variance)), n)


def score_interval(share: float, n: float) -> tuple[float, float]:
    """Wilson's interval (JASA 1927) of a share of n effective cases, which may be no whole number; n > 0."""
    z = float(ndtri(0.975))
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)
