"""Calibration slope and intercept of the candidate: logistic recalibration."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import expit, logit

from measures.gates.clusters import count_patients, cross_sum
from measures.gates.interval import Measured, Question, student_limits, times_needed, undefined
from measures.gates.outputs import Floats, PairedOutputs

METHOD = "logistic recalibration, sandwich variance by patient"
EDGE = 1e-6  # probabilities are kept this far from 0 and 1
STEPS = 50
LARGEST = 50.0  # a slope beyond it: the scores part the classes, there is no maximum


def slope(outputs: PairedOutputs, question: Question) -> Measured:
    """b of logit P(y = 1) = a + b logit(p): 1 is right, below 1 too extreme, above 1 too timid. Cox, Biometrika 1958."""
    return _measure(outputs, question, is_slope=True)


def intercept(outputs: PairedOutputs, question: Question) -> Measured:
    """a of logit P(y = 1) = a + logit(p), calibration in the large: 0 is right, below 0 too high on average. Cox 1958."""
    return _measure(outputs, question, is_slope=False)


def _measure(outputs: PairedOutputs, question: Question, is_slope: bool) -> Measured:
    """The weighted maximum, its sandwich variance by patient times I / (I - 1), and t on the patients of the rarer class.

    Of the intercept the variance is at least that which the fitted numbers themselves give, without weights 1 / sum p (1 - p):
    where scores part the classes, hardly a case departs from its number, and the sandwich tells nearly none.
    """
    kept = outputs.of(~np.isnan(outputs.labels) & ~outputs.candidate.refused)
    positive = kept.labels == 1
    counts = (len(positive), int(positive.sum()), int((~positive).sum()), count_patients(kept.patients))
    rarer = min(count_patients(kept.patients[positive]), count_patients(kept.patients[~positive]))
    if rarer < 3:
        return undefined(*counts, METHOD)
    scores = logit(np.clip(kept.candidate.scores, EDGE, 1 - EDGE))
    fitted = _fit(scores, kept.labels, kept.weights / kept.weights.mean(), is_slope)
    if fitted is None:
        return undefined(*counts, METHOD)
    value, influences, expected = fitted
    total, patients = cross_sum(influences, kept.patients, influences, kept.patients)
    error, df = math.sqrt(total * patients / (patients - 1)), rarer - 1
    if not is_slope:
        error = max(error, math.sqrt(expected))
    low, high = student_limits(value, error, df, question.alpha)
    now, later = (times_needed(error, df, question, alpha) for alpha in (question.alpha, question.next_alpha))
    return Measured(value, low, high, *counts, now, later, METHOD, candidate=value)


def _fit(scores: Floats, labels: Floats, weights: Floats, is_slope: bool) -> tuple[float, Floats, float] | None:
    """(last coefficient, its influence of each case, its variance by the fitted numbers) by Newton's steps; None where they do not
    settle."""
    ones = np.ones(len(scores))
    design = np.column_stack([ones, scores]) if is_slope else ones[:, None]
    offset = np.zeros(len(scores)) if is_slope else scores
    beta = np.array([0.0, 1.0]) if is_slope else np.zeros(1)
    for _ in range(STEPS):
        p = expit(offset + design @ beta)
        information = (design * (weights * p * (1 - p))[:, None]).T @ design
        if not np.all(np.isfinite(information)) or np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, design.T @ (weights * (labels - p)))
        size = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / size if size else 1.0)
        if np.abs(beta).max() > LARGEST:
            return None
        if size < 1e-9:
            pull = design @ np.linalg.inv(information)[-1] * weights
            return float(beta[-1]), pull * (labels - p), float((pull**2 * p * (1 - p)).sum())
    return None
