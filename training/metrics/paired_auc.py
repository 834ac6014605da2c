"""The difference of two AUCs on the same cases: DeLong's covariance, and the patient bootstrap beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from measures.bootstrap import percentile_intervals
from training.metrics import auc
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
    parts = [_components(scores, labels) for scores in (first, second)]
    areas = [float(above.mean()) for above, _ in parts]
    gap = areas[1] - areas[0]
    error = _standard_error(parts[1][0] - parts[0][0], parts[1][1] - parts[0][1])
    half = float(norm.ppf(0.975)) * error
    p = math.nan if math.isnan(error) else _two_sided(gap, error)

    def gaps(weights: Floats) -> dict[str, NDArray[np.float64]]:
        return {"gap": auc.weighted(second, labels, weights) - auc.weighted(first, labels, weights)}

    interval = percentile_intervals(gaps, patients, draws, seed)["gap"]
    return PairedAuc(areas[0], areas[1], Estimate(gap, (gap - half, gap + half), n + m, METHOD), p, interval)


def _components(scores: Floats, labels: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per positive the share of negatives below, per negative the share of positives above (ties one half)."""
    positives, negatives = scores[labels == 1], scores[labels == 0]
    n, m = len(positives), len(negatives)
    ranks = rankdata(np.concatenate([positives, negatives]))
    return (ranks[:n] - rankdata(positives)) / m, 1 - (ranks[n:] - rankdata(negatives)) / n


def _standard_error(positive_gaps: Floats, negative_gaps: Floats) -> float:
    """The variance of a difference of paired components is var1 + var2 - 2 cov."""
    if len(positive_gaps) < 2 or len(negative_gaps) < 2:
        return math.nan
    variance = positive_gaps.var(ddof=1) / len(positive_gaps) + negative_gaps.var(ddof=1) / len(negative_gaps)
    return math.sqrt(float(variance))


def _two_sided(gap: float, error: float) -> float:
    if error == 0:
        return 1.0 if gap == 0 else 0.0
    return float(2 * norm.sf(abs(gap) / error))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.6g}")
