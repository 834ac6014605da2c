"""Empirical area under the ROC curve: P(abnormal > normal) + P(equal) / 2, the Mann-Whitney form of the trapezoid area.

`normal` (n0,) and `abnormal` (n1,) are scores or ratings of the two classes; equal values count one half. -inf is an
ordinary lowest rating: an unmarked case.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.floating]


def auc(normal: Floats, abnormal: Floats) -> float:
    """Mean over all (normal, abnormal) pairs of psi: 1 if the abnormal score is above, 1/2 if equal, 0 otherwise. No NaN.
    Raises ValueError if a class is empty."""
    return float(counts_below(normal, abnormal).sum() / (len(normal) * len(abnormal)))


def placements(normal: Floats, abnormal: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(V10 [n1], V01 [n0]): mean of psi over the normal cases for each abnormal one, and the other way round.

    The structural components of DeLong, DeLong and Clarke-Pearson 1988, by mid-ranks (Sun and Xu 2014), in n log n. No NaN.
    Raises ValueError if a class is empty.
    """
    n0, n1 = len(normal), len(abnormal)
    return counts_below(normal, abnormal) / n0, (n1 - counts_below(abnormal, normal)) / n1


def weighted_auc(scores: Floats, labels: Floats, weights: Floats) -> NDArray[np.float64]:
    """AUC of each row of case weights [d,n]: sum over pairs of w_i w_j psi / (W1 W0).

    scores, labels: [n], labels 0 or 1. NaN in the rows where one class has no weight. This is what the patient
    bootstrap resamples; with all weights 1 it is `auc`.
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


def counts_below(others: Floats, own: Floats) -> NDArray[np.float64]:
    """Per value of `own`, how many of `others` lie below it, equal ones counted half: whole and half numbers, exactly."""
    if not len(others) or not len(own):
        raise ValueError(f"AUC needs both classes: got {len(others)} and {len(own)} cases")
    below: NDArray[np.float64] = rankdata(np.concatenate([own, others]))[: len(own)] - rankdata(own)
    return below
