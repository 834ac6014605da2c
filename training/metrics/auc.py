"""Area under the ROC curve with DeLong's interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from training.metrics.estimate import Estimate, undefined

METHOD = "delong"

Floats = NDArray[np.floating]


def estimate(scores: Floats, labels: Floats) -> Estimate:
    """Trapezoid AUC = P(positive > negative) + P(tie) / 2, 95 % CI on the logit scale from DeLong's variance.

    DeLong, DeLong and Clarke-Pearson, Biometrics 1988, by mid-ranks (Sun and Xu 2014). Deviation: the interval is
    built for log(A / (1 - A)) and mapped back, so that it stays inside [0, 1]; at A = 0 or 1 it is that point alone.
    scores, labels: [n], labels 0 or 1. Undefined when one class is absent. Images are taken as independent.
    """
    positives, negatives = scores[labels == 1], scores[labels == 0]
    n, m = len(positives), len(negatives)
    if n + m != len(labels):
        raise ValueError(f"labels hold {sorted(set(labels.tolist()) - {0, 1})}; allowed are 0 and 1")
    if n == 0 or m == 0:
        return undefined(n + m, METHOD, "one class is absent")
    ranks = rankdata(np.concatenate([positives, negatives]))
    above_negatives = (ranks[:n] - rankdata(positives)) / m  # per positive: share of negatives below
    below_positives = 1 - (ranks[n:] - rankdata(negatives)) / n  # per negative: share of positives above
    area = float(above_negatives.mean())
    return Estimate(area, _interval(area, above_negatives, below_positives), n + m, METHOD)


def weighted(scores: Floats, labels: Floats, weights: Floats) -> NDArray[np.float64]:
    """AUC of each row of case weights [d,n]: sum over pairs of w_i w_j (1, 1/2, 0 for >, =, <) / (W1 W0).

    scores, labels: [n], labels 0 or 1. NaN in the rows where one class has no weight. This is what the patient
    bootstrap resamples; with all weights 1 it is `estimate(...).value`.
    """
    if not len(scores):
        return np.full(len(weights), np.nan)
    order = np.argsort(scores, kind="stable")
    ordered, positive = scores[order], labels[order] == 1
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    drawn = weights[:, order]
    first = np.add.reduceat(drawn * positive, starts, axis=1)
    second = np.add.reduceat(drawn * ~positive, starts, axis=1)
    below = np.cumsum(second, axis=1) - second / 2
    pairs = first.sum(axis=1) * second.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        areas: NDArray[np.float64] = np.where(pairs > 0, (first * below).sum(axis=1) / pairs, np.nan)
    return areas


def _interval(area: float, first: Floats, second: Floats) -> tuple[float, float]:
    if len(first) < 2 or len(second) < 2:
        return math.nan, math.nan
    if not 0 < area < 1:
        return area, area
    error = math.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    centre, half = math.log(area / (1 - area)), float(norm.ppf(0.975)) * error / (area * (1 - area))
    return 1 / (1 + math.exp(half - centre)), 1 / (1 + math.exp(-half - centre))
