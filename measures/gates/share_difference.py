"""Difference of two paired shares: sensitivity, specificity, pointing and refusals of two models on the same cases."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from measures.gates.clusters import clustered_variance, count_patients
from measures.gates.interval import SPREAD_CONFIDENCE, Measured, Question, undefined
from measures.gates.outputs import Flags, Floats, ModelAnswers, PairedOutputs
from measures.gates.tango import cases_needed, tango_interval
from measures.mcnemar import mcnemar_exact
from measures.wilson import wilson_interval

_Right = Callable[[ModelAnswers], Flags]

METHOD = "Tango's score interval, effective cases by weight and patient"


def sensitivity(outputs: PairedOutputs, question: Question) -> Measured:
    """Of the cases with the finding, flagged at the model's own operating point. A refused case is not flagged.

    A refusal counts against the model, as Schuetz et al., BMJ 2012 ("intention to diagnose").
    """
    return _difference(outputs, outputs.labels == 1, _found, question)


def specificity(outputs: PairedOutputs, question: Question) -> Measured:
    """Of the cases without the finding, answered and not flagged. A refused case is not cleared."""
    return _difference(outputs, outputs.labels == 0, _cleared, question)


def map_pointing(outputs: PairedOutputs, question: Question) -> Measured:
    """Of the cases with the finding and a known region, the map's highest cell lies in it. A refused case points nowhere."""
    known = ~np.isnan(outputs.in_service.pointed) & ~np.isnan(outputs.candidate.pointed) & (outputs.labels == 1)
    return _difference(outputs, known, _pointed, question)


def refusal_rate(outputs: PairedOutputs, question: Question) -> Measured:
    """Of all cases, labelled or not, those that the model gave no number."""
    return _difference(outputs, np.ones(len(outputs.labels), bool), lambda answers: answers.refused, question)


def _found(answers: ModelAnswers) -> Flags:
    return answers.flagged & ~answers.refused


def _cleared(answers: ModelAnswers) -> Flags:
    return ~answers.flagged & ~answers.refused


def _pointed(answers: ModelAnswers) -> Flags:
    return (answers.pointed == 1) & ~answers.refused


def _difference(outputs: PairedOutputs, mask: Flags, right: _Right, question: Question) -> Measured:
    kept = outputs.of(mask)
    n, positives = len(kept.labels), int((kept.labels == 1).sum())
    counts = (n, positives, int((kept.labels == 0).sum()), count_patients(kept.patients))
    if n == 0:
        return undefined(*counts, METHOD)
    served, candidate = right(kept.in_service), right(kept.candidate)
    share = kept.weights / kept.weights.sum()
    gained, lost = float(share @ (candidate & ~served)), float(share @ (served & ~candidate))
    effective = effective_cases(candidate.astype(float) - served, kept.weights, kept.patients)
    low, high = tango_interval(gained * effective, lost * effective, effective, 2 * question.alpha)
    spread = _upper_share(gained + lost, effective)
    now, later = (
        cases_needed(spread, question.distance, alpha, question.power_quantile) / effective
        for alpha in (question.alpha, question.next_alpha)
    )
    p = mcnemar_exact(int((candidate & ~served).sum()), int((served & ~candidate).sum()))
    rates = float(share @ candidate), float(share @ served)
    return Measured(gained - lost, low, high, *counts, now, later, METHOD, *rates, p)


def effective_cases(differences: Floats, weights: Floats, patients: np.ndarray) -> float:
    """n over the design effect: how many independent cases of equal weight would tell as much of the mean difference.

    Design effect = variance by weight and patient over that of a simple sample (Rao and Scott, Biometrics 1992), at least 1; never
    more than (sum w)^2 / sum w^2 (Kish 1965). Where no case differs it cannot be seen, and patients stand for cases.
    """
    n, share = len(differences), weights / weights.sum()
    kish = float(1 / (share**2).sum())
    mean = float(share @ differences)
    simple = float(share @ differences**2) - mean**2
    if simple <= 1e-12 or n < 2 or count_patients(patients) < 2:
        return min(kish, float(1 / (np.bincount(patients, share) ** 2).sum()))
    design = clustered_variance(share * (differences - mean), patients) * (n - 1) / simple
    return min(kish, n / max(design, 1.0))


def _upper_share(share: float, n: float) -> float:
    """Wilson's upper limit of the discordant share at the confidence by which rehearsals are sized, one-sided."""
    return wilson_interval(round(share * n), max(1, math.ceil(n)), 2 * (1 - SPREAD_CONFIDENCE))[1]
