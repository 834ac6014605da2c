"""Binormal ROC curve by maximum likelihood. Dorfman and Alf, J Math Psychol 1969."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm


@dataclass(frozen=True)
class BinormalFit:
    """a, b of TPF = Phi(a + b Phi^-1(FPF)); auc = Phi(a / sqrt(1 + b^2)).

    reason: None for a fit inside the model. A degenerate fit, whose likelihood rises towards a limit that no a and b reach, has
    the area of that limit and says which; where the limit is not one area either, auc is NaN.
    """

    a: float
    b: float
    auc: float
    reason: str | None = None


def truth_runs(normal: np.ndarray, abnormal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts per category, (normal, abnormal), with neighbouring ratings of one class only merged into runs.

    Ratings that both classes use stay categories of their own; empty categories do not occur.
    """
    values = np.unique(np.concatenate([normal, abnormal]))
    n0 = np.array([(normal == value).sum() for value in values])
    n1 = np.array([(abnormal == value).sum() for value in values])
    runs: list[list[int]] = []
    for low, high in zip(n0, n1, strict=True):
        pure = low == 0 or high == 0
        if runs and pure and ((high == 0 and runs[-1][1] == 0) or (low == 0 and runs[-1][0] == 0)):
            runs[-1][0] += int(low)
            runs[-1][1] += int(high)
        else:
            runs.append([int(low), int(high)])
    counts = np.array(runs)
    return counts[:, 0], counts[:, 1]


def fit_binormal(normal: np.ndarray, abnormal: np.ndarray) -> BinormalFit:
    """Maximum-likelihood fit of a, b and the category cuts.

    normal: (n0,), abnormal: (n1,). Limits of degenerate sets: separated classes 1 (0 where the abnormal ones are lower), all
    ratings equal 1/2, b -> 0 Phi(a), b -> infinity Phi(a / b), |a| -> infinity 1 or 0. Two categories that overlap fit
    every curve through one point: no area. A search that stops elsewhere has none either. Nothing is replaced quietly.
    """
    n0, n1 = truth_runs(normal, abnormal)
    if len(n0) < 3:
        return _few_categories(n0, n1)
    start = np.concatenate([_start_line(n0, n1), _start_cuts(n0)])
    best = minimize(_negative_log_likelihood, start, args=(n0, n1), method="L-BFGS-B", options={"maxiter": 500})
    a, b = float(best.x[0]), float(np.exp(best.x[1]))
    if abs(a) > 20 * max(b, 1.0):
        return BinormalFit(a, b, float(a > 0), "degenerate: a without bound")
    if b <= 0.02:
        return BinormalFit(a, b, float(norm.cdf(a)), "degenerate: b -> 0, Phi(a)")
    if b >= 50:
        return BinormalFit(a, b, float(norm.cdf(a / b)), "degenerate: b without bound, Phi(a / b)")
    if not best.success:
        return BinormalFit(a, b, np.nan, "no convergence: search stopped")
    return BinormalFit(a, b, float(norm.cdf(a / np.sqrt(1 + b * b))))


def _few_categories(n0: np.ndarray, n1: np.ndarray) -> BinormalFit:
    if len(n0) == 1:
        return BinormalFit(np.nan, np.nan, 0.5, "degenerate: all ratings are equal")
    if n0[0] * n1[0] == 0 and n0[1] * n1[1] == 0:
        return BinormalFit(np.nan, np.nan, float(n0[0] > 0), "degenerate: the classes are separated")
    return BinormalFit(np.nan, np.nan, np.nan, "degenerate: 2 categories that overlap, binormal needs 3")


def _start_cuts(n0: np.ndarray) -> np.ndarray:
    share = np.clip(np.cumsum(n0)[:-1] / n0.sum(), 0.02, 0.98)
    cuts = np.maximum.accumulate(norm.ppf(share) + np.arange(len(share)) * 1e-3)
    return np.concatenate([cuts[:1], np.log(np.diff(cuts) + 1e-3)])


def _start_line(n0: np.ndarray, n1: np.ndarray) -> np.ndarray:
    """a and log b from the empirical points in normal deviates."""
    x = norm.ppf(np.clip(1 - np.cumsum(n0)[:-1] / n0.sum(), 0.02, 0.98))
    y = norm.ppf(np.clip(1 - np.cumsum(n1)[:-1] / n1.sum(), 0.02, 0.98))
    slope = float(np.clip(np.polyfit(x, y, 1)[0], 0.2, 5)) if np.ptp(x) > 0 else 1.0
    return np.array([float(np.mean(y) - slope * np.mean(x)), np.log(slope)])


def _negative_log_likelihood(theta: np.ndarray, n0: np.ndarray, n1: np.ndarray) -> float:
    """Cuts are kept in order by their log steps; b is positive by its logarithm."""
    a, b = theta[0], np.exp(theta[1])
    cuts = np.concatenate([theta[2:3], theta[2] + np.cumsum(np.exp(theta[3:]))])
    p0 = np.diff(np.concatenate([[0.0], norm.cdf(cuts), [1.0]]))
    p1 = np.diff(np.concatenate([[0.0], norm.cdf(b * cuts - a), [1.0]]))
    return -float(np.sum(n0 * np.log(np.maximum(p0, 1e-12))) + np.sum(n1 * np.log(np.maximum(p1, 1e-12))))
