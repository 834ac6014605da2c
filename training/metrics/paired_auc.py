"""The difference of two AUCs on the same cases: DeLong's covariance, and the patient bootstrap beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from measures.bootstrap import percentile_intervals
from measures.delong import placement_covariance
from measures.roc_area import auc, placements, weighted_auc
from training.metrics.estimate import Estimate, undefined

METHOD = "delong, paired"

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class PairedAuc:
    """difference = second - first; p of "no difference", two-sided (NaN where undefined); bootstrap_ci by patients."""

    first: float
    second: float
    difference: Estimate
    p: float
    bootstrap_ci: tuple[float, float]

    def document(self) -> dict[str, Any]:
        """JSON-ready; what is not defined becomes null."""
        low, high = self.bootstrap_ci
        return {
            "first": _number(self.first),
            "second": _number(self.second),
            "difference": self.difference.document(),
            "p": _number(self.p),
            "patient_bootstrap_ci": None if math.isnan(low) else [round(low, 6), round(high, 6)],
        }


def estimate(
    first: Floats, second: Floats, labels: Floats, patients: Sequence[str], draws: int = 1000, seed: int = 0
) -> PairedAuc:
    """AUC of two score lists [n] on the same labels [n] of 0 and 1.

    DeLong, DeLong and Clarke-Pearson 1988: the structural components of both AUCs are correlated over the same positives
    and negatives; z = difference / sqrt(var1 + var2 - 2 cov). Deviation: none; images are taken as independent, the
    bootstrap is not. Equal components (identical orders) give p = 1. Raises ValueError for other lengths.
    """
    if not len(first) == len(second) == len(labels) == len(patients):
        counts = f"{len(first)}, {len(second)} scores, {len(labels)} labels, {len(patients)} patients"
        raise ValueError(f"{counts}; the counts must agree")
    n, m = int((labels == 1).sum()), int((labels == 0).sum())
    if n == 0 or m == 0:
        nothing = (math.nan, math.nan)
        return PairedAuc(math.nan, math.nan, undefined(n + m, METHOD, "one class is absent"), math.nan, nothing)
    areas = [auc(scores[labels == 0], scores[labels == 1]) for scores in (first, second)]
    gap = areas[1] - areas[0]
    error = _standard_error(first, second, labels)
    half = float(norm.ppf(0.975)) * error
    p = math.nan if math.isnan(error) else _two_sided(gap, error)

    def gaps(weights: Floats) -> dict[str, NDArray[np.float64]]:
        return {"gap": weighted_auc(second, labels, weights) - weighted_auc(first, labels, weights)}

    interval = percentile_intervals(gaps, patients, draws, seed)["gap"]
    return PairedAuc(areas[0], areas[1], Estimate(gap, (gap - half, gap + half), n + m, METHOD), p, interval)


def _standard_error(first: Floats, second: Floats, labels: Floats) -> float:
    """The variance of a difference of paired placements is var1 + var2 - 2 cov."""
    of_first, of_second = (placements(scores[labels == 0], scores[labels == 1]) for scores in (first, second))
    if min(map(len, of_first)) < 2:
        return math.nan
    gaps = [two - one for one, two in zip(of_first, of_second, strict=True)]
    return math.sqrt(placement_covariance(*gaps)[0, 0])


def _two_sided(gap: float, error: float) -> float:
    if error == 0:
        return 1.0 if gap == 0 else 0.0
    return float(2 * norm.sf(abs(gap) / error))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.6g}")
