"""Do the figures of a watched model tell the truth? Coverage of the weighted ones, error of those without labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import expit, logit

from measures.roc_area import auc
from measures.watching.expected import expected_figures
from measures.watching.labelled import LabelledCases, measured_figures

WHOLE, THRESHOLD = 20_000, 0.3
NAMES = ("sensitivity", "specificity", "auc")
SHIFTS = {"none": (-1.5, 1.5), "rarer": (-2.5, 1.5), "commoner": (-0.5, 1.5), "clearer": (-1.5, 2.5)}
CONCEPTS = {"the score tells half as much": 0.5, "the score tells a third": 1 / 3}


def share(values: Any) -> dict[str, float]:
    """Share of the runs and its Monte Carlo standard error."""
    rate = float(np.mean(values))
    return {"share": rate, "standard_error": math.sqrt(max(rate * (1 - rate), 1 / len(values) ** 2) / len(values))}


def calibrated(n: int, generator: np.random.Generator, mean: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """True probabilities, and labels drawn by them."""
    scores = expit(mean + spread * generator.normal(size=n))
    return scores, generator.random(n) < scores


def labelled(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> LabelledCases:
    """Each a patient of its own."""
    n = len(scores)
    return LabelledCases(scores, scores >= THRESHOLD, labels, np.ones(n) if weights is None else weights, np.arange(n))


def weighted_coverage(runs: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Suspicious cases are drawn with .10, others with .02: how often the interval holds the truth of all that come."""
    generator = np.random.default_rng(seed)
    big = calibrated(2_000_000, generator, *SHIFTS["none"])
    truth = {
        name: one.value for name, one in expected_figures(big[0], big[0] >= THRESHOLD, np.arange(len(big[0]))).items()
    }
    held: dict[str, list[bool]] = {name: [] for name in (*NAMES, "sensitivity, weights left out")}
    for _ in range(runs):
        scores, labels = calibrated(WHOLE // 4, generator, *SHIFTS["none"])
        chance = np.where(logit(scores) + generator.normal(size=len(scores)) > 0, 0.10, 0.02)
        kept = generator.random(len(scores)) < chance
        found = measured_figures(labelled(scores[kept], labels[kept], 1 / chance[kept]))
        for name in NAMES:
            held[name].append(found[name].low <= truth[name] <= found[name].high)
        plain = measured_figures(labelled(scores[kept], labels[kept]))["sensitivity"]
        held["sensitivity, weights left out"].append(plain.low <= truth["sensitivity"] <= plain.high)
    return {name: share(values) for name, values in held.items()}


def estimate_errors(runs: int, n: int = WHOLE, seed: int = 0) -> dict[str, dict[str, float]]:
    """Largest distance of the estimated AUC from the AUC of 500,000 labelled cases of the same mix, over so many samples of n."""
    generator, found = np.random.default_rng(seed), {}
    for name, mix in SHIFTS.items():
        scores, labels = calibrated(500_000, generator, *mix)
        truth = auc(scores[~labels], scores[labels])
        errors = []
        for _ in range(runs):
            scores, _ = calibrated(n, generator, *mix)
            errors.append(expected_figures(scores, scores >= THRESHOLD, np.arange(n))["auc"].value - truth)
        found[name] = {"auc": round(truth, 4), "largest_error": round(float(np.abs(errors).max()), 4)}
    return found


def warnings(runs: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """How often an estimate of 20,000 cases and the AUC measured on 5 % of them lie apart: under other mixes, where both are right,
    and under concept shift, where the estimate is wrong."""
    generator, found = np.random.default_rng(seed), {}
    for name in (*SHIFTS, *CONCEPTS):
        apart = []
        for _ in range(runs):
            scores, labels = calibrated(WHOLE, generator, *SHIFTS.get(name, SHIFTS["none"]))
            if name in CONCEPTS:
                labels = generator.random(WHOLE) < expit(CONCEPTS[name] * logit(scores) - 1)
            kept = generator.random(WHOLE) < 0.05
            measured = measured_figures(labelled(scores[kept], labels[kept]))["auc"]
            apart.append(expected_figures(scores, scores >= THRESHOLD, np.arange(WHOLE))["auc"].parts_from(measured))
        found[name] = share(apart)
    return found
