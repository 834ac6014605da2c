"""Thresholds on calibrated probabilities, with what they cost (methods.md §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics import wilson
from training.metrics.estimate import Estimate

RULES = ("youden", "sensitivity-0.90", "specificity-0.90")
MAXIMUM_ROC_POINTS = 200
DECIMALS = 6

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class OperatingPoint:
    """positive means probability >= threshold."""

    rule: str
    threshold: float
    sensitivity: Estimate
    specificity: Estimate

    def document(self) -> dict[str, Any]:
        """JSON-ready, for the manifest."""
        return {
            "rule": self.rule,
            "threshold": self.threshold,
            "sensitivity": self.sensitivity.document(),
            "specificity": self.specificity.document(),
        }


def roc(probabilities: Floats, labels: Floats) -> NDArray[np.float64]:
    """ROC corners [(false positive rate, sensitivity, threshold)], threshold falling; the first row is (0, 0, just
    above all scores).

    Raises ValueError when one class is absent.
    """
    p, y = np.asarray(probabilities, np.float64), np.asarray(labels, np.float64)
    if not 0 < y.sum() < len(y):
        raise ValueError(f"{int(y.sum())} positives of {len(y)}; both classes are needed for an operating point")
    thresholds = np.unique(p)[::-1]
    sensitivity = [(p[y == 1] >= t).mean() for t in thresholds]
    false_positives = [(p[y == 0] >= t).mean() for t in thresholds]
    above = np.nextafter(thresholds[0], np.inf)
    return np.vstack([[0.0, 0.0, above], np.column_stack([false_positives, sensitivity, thresholds])])


def roc_points(probabilities: Floats, labels: Floats) -> list[list[float]]:
    """At most 200 points of the ROC for the slider of the reading page, ends kept: shares with six decimals, and thresholds as
    written that flag the cases that are stated for them."""
    table = roc(probabilities, labels)
    chosen = np.unique(np.linspace(0, len(table) - 1, min(len(table), MAXIMUM_ROC_POINTS)).round().astype(int))
    written = [_written_above(table[1, 2]), *map(_written, table[1:, 2], [*table[2:, 2], -np.inf])]
    return [[*(round(float(share), 6) for share in table[row, :2]), written[row]] for row in chosen]


def _written(score: float, next_lower: float) -> float:
    """Six decimals, rounded down: rounded up, the threshold would drop the case that it sits on. The whole score where rounding
    down would reach the next lower one."""
    short = round(float(score), DECIMALS)
    if short > score:
        short = round(short - 10.0**-DECIMALS, DECIMALS)
    return short if short > next_lower else float(score)


def _written_above(highest: float) -> float:
    short = round(float(highest), DECIMALS)
    return short if short > highest else round(short + 10.0**-DECIMALS, DECIMALS)


def choose(probabilities: Floats, labels: Floats, rule: str = "youden") -> OperatingPoint:
    """Threshold by `rule`: `youden` maximises sensitivity + specificity - 1; `sensitivity-0.90` (`specificity-0.90`)
    keeps that at least at .90 with the other as high as possible. The threshold lies halfway to the next lower
    score, so that it does not sit on a case.

    Raises ValueError for an unknown rule or an absent class.
    """
    if rule not in RULES:
        raise ValueError(f"rule {rule!r} is not one of {', '.join(RULES)}")
    table = roc(probabilities, labels)
    specificity, sensitivity = 1 - table[:, 0], table[:, 1]
    if rule == "youden":
        # Rounded: sums that are equal on paper must tie, and the first, the highest threshold, is kept.
        row = int(np.argmax((sensitivity + specificity).round(12)))
    elif rule == "sensitivity-0.90":
        row = int(np.argmax(np.where(sensitivity >= 0.9, specificity, -1)))
    else:
        row = int(np.argmax(np.where(specificity >= 0.9, sensitivity, -1)))
    below = table[row + 1, 2] if row + 1 < len(table) else 0.0
    threshold = float((table[row, 2] + below) / 2)
    return OperatingPoint(rule, threshold, *_rates(probabilities, labels, threshold))


def _rates(probabilities: Floats, labels: Floats, threshold: float) -> tuple[Estimate, Estimate]:
    positives, negatives = probabilities[labels == 1], probabilities[labels == 0]
    return (
        wilson.estimate(int((positives >= threshold).sum()), len(positives)),
        wilson.estimate(int((negatives < threshold).sum()), len(negatives)),
    )
