"""Difference of two weighted AUCs on the same cases, patients as the units."""

from __future__ import annotations

import math

import numpy as np

from measures.gates.clusters import Codes, count_patients, cross_sum
from measures.gates.interval import Measured, Question, student_limits, times_needed, undefined
from measures.gates.outputs import Floats, PairedOutputs

METHOD = "paired DeLong, weighted, by patient"


def measure(outputs: PairedOutputs, question: Question) -> Measured:
    """Candidate's AUC minus that of the model in service, over the cases that both answered.

    AUC = sum over pairs of w_i w_j psi / (W1 W0). The variance is that of the influences w_i (V10_i - A) / W1 of the positives
    and w_j (V01_j - A) / W0 of the negatives, summed by patient: Obuchowski, Biometrics 1997; with weights of 1 and one image a
    patient it is DeLong's (1988) to the digit. Student's t in place of the normal, with (sum u^2)^2 / sum u^4 degrees of freedom,
    u the influence of a patient: few patients that carry most of the variance, by weight or by chance, widen the interval.
    Deviation: refused cases are left out; what they cost is the gates of refusals, sensitivity and specificity.
    """
    known = ~np.isnan(outputs.labels) & ~outputs.in_service.refused & ~outputs.candidate.refused
    kept = outputs.of(known)
    positive = kept.labels == 1
    counts = (len(kept.labels), int(positive.sum()), int((~positive).sum()), count_patients(kept.patients))
    own, other = kept.patients[positive], kept.patients[~positive]
    if min(count_patients(own), count_patients(other)) < 2:
        return undefined(*counts, METHOD)
    weights = kept.weights
    areas, of_positive, of_negative = [], [], []
    for answers in (kept.in_service, kept.candidate):
        v10, v01 = weighted_placements(answers.scores, positive, weights)
        areas.append(float(weights[positive] @ v10 / weights[positive].sum()))
        of_positive.append(v10)
        of_negative.append(v01)
    gap = areas[1] - areas[0]
    first = weights[positive] * (of_positive[1] - of_positive[0] - gap) / weights[positive].sum()
    second = weights[~positive] * (of_negative[1] - of_negative[0] - gap) / weights[~positive].sum()
    error, df = _error(first, own, second, other)
    low, high = student_limits(gap, error, df, question.alpha)
    now, later = (times_needed(error, df, question, alpha) for alpha in (question.alpha, question.next_alpha))
    return Measured(gap, low, high, *counts, now, later, METHOD, candidate=areas[1], in_service=areas[0])


def _error(first: Floats, own: Codes, second: Floats, other: Codes) -> tuple[float, float]:
    """Standard error and degrees of freedom from the influences of positives and negatives and their patients."""
    (s10, n10), (s01, n01) = cross_sum(first, own, first, own), cross_sum(second, other, second, other)
    both, patients = cross_sum(first, own, second, other)
    variance = s10 * n10 / (n10 - 1) + s01 * n01 / (n01 - 1) + 2 * both * patients / (patients - 1)
    influences = np.bincount(np.concatenate([own, other]), np.concatenate([first, second])) ** 2
    total = float(influences.sum())
    df = total**2 / float((influences**2).sum()) if total > 0 else patients - 1.0
    return math.sqrt(max(0.0, variance)), df


def weighted_placements(scores: Floats, positive: np.ndarray, weights: Floats) -> tuple[Floats, Floats]:
    """(V10 of the positives, V01 of the negatives): weighted mean of psi over the other class, equal scores counted half."""
    own, other = scores[positive], scores[~positive]
    below = _weight_below(other, weights[~positive], own)
    above = weights[positive].sum() - _weight_below(own, weights[positive], other)
    return below / weights[~positive].sum(), above / weights[positive].sum()


def _weight_below(others: Floats, weights: Floats, values: Floats) -> Floats:
    order = np.argsort(others, kind="stable")
    ranked, total = others[order], np.concatenate([[0.0], np.cumsum(weights[order])])
    found: Floats = (total[np.searchsorted(ranked, values)] + total[np.searchsorted(ranked, values, "right")]) / 2
    return found
