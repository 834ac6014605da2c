"""Difference of two weighted AUCs on the same cases, patients as the units."""

from __future__ import annotations

import math

import numpy as np

from measures.gates.clusters import Codes, count_patients, cross_sum
from measures.gates.interval import Measured, Question, student_limits, times_needed, undefined
from measures.gates.outputs import Floats, PairedOutputs
from measures.gates.restrained_area import LEAST_OF_A_CLASS, effective_patients, restrained_error

METHOD = "paired DeLong, weighted, by patient; spread at least as at the margin"


def measure(outputs: PairedOutputs, question: Question) -> Measured:
    """Candidate's AUC minus that of the model in service, over the cases that both answered.

    AUC = sum over pairs of w_i w_j psi / (W1 W0). The variance is that of the influences w_i (V10_i - A) / W1 of the positives
    and w_j (V01_j - A) / W0 of the negatives, summed by patient: Obuchowski, Biometrics 1997; with weights of 1 and one image a
    patient it is DeLong's (1988) to the digit. Student's t in place of the normal, with (sum u^2)^2 / sum u^4 degrees of freedom,
    u the influence of a patient: few patients that carry most of the variance, by weight or by chance, widen the interval.
    Two models that part few cases perfectly show no spread: the standard error is at least that of a candidate worse by the
    distance to the margin (`restrained_area`), as in a score test; and below LEAST_OF_A_CLASS patients nothing is decided.
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
    (served, candidate), first, second = _influences(kept, positive)
    gap = candidate - served
    error, df = _error(first, own, second, other)
    effective = effective_patients(weights[positive], own), effective_patients(weights[~positive], other)
    least = restrained_error(question.distance, *effective)
    low, high = student_limits(gap, error, df, question.alpha, least)
    now, later = (times_needed(error, df, question, alpha, least) for alpha in (question.alpha, question.next_alpha))
    short = LEAST_OF_A_CLASS / min(count_patients(own), count_patients(other))
    return Measured(gap, low, high, *counts, now, later, METHOD, candidate, served, short=short)


def _influences(kept: PairedOutputs, positive: np.ndarray) -> tuple[tuple[float, float], Floats, Floats]:
    """(AUC in service and the candidate's), influence of each positive and each negative on their difference."""
    of_positive, of_negative = zip(
        *(weighted_placements(answers.scores, positive, kept.weights) for answers in (kept.in_service, kept.candidate)),
        strict=True,
    )
    own, other = (kept.weights[mask] / kept.weights[mask].sum() for mask in (positive, ~positive))
    areas = float(own @ of_positive[0]), float(own @ of_positive[1])
    gap = areas[1] - areas[0]
    return areas, own * (of_positive[1] - of_positive[0] - gap), other * (of_negative[1] - of_negative[0] - gap)


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
