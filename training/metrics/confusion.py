"""Confusion counts per class, the rates made of them, and the matrix for the report (methods.md §10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.samples import SINGLE

RATES = ("precision", "recall", "specificity", "f1", "f2")

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Decisions:
    """Answers and truth of n cases for K classes, as 0 and 1; cells with an unknown label are 0 in all four tables.

    true_positive, false_positive, false_negative, true_negative: float64 [n,K].
    """

    true_positive: NDArray[np.float64]
    false_positive: NDArray[np.float64]
    false_negative: NDArray[np.float64]
    true_negative: NDArray[np.float64]

    def counts(self, weights: Floats) -> Counts:
        """Weighted counts [d,K] of case weights [d,n]."""
        tables = (self.true_positive, self.false_positive, self.false_negative, self.true_negative)
        return Counts(*(weights @ table for table in tables))


@dataclass(frozen=True)
class Counts:
    """tp, fp, fn, tn: [d,K]."""

    tp: NDArray[np.float64]
    fp: NDArray[np.float64]
    fn: NDArray[np.float64]
    tn: NDArray[np.float64]

    def rates(self) -> dict[str, NDArray[np.float64]]:
        """precision, recall, specificity, f1, f2 per class [d,K]; 0/0 = 0."""
        precision, recall = ratio(self.tp, self.tp + self.fp), ratio(self.tp, self.tp + self.fn)
        return {
            "precision": precision,
            "recall": recall,
            "specificity": ratio(self.tn, self.tn + self.fp),
            "f1": ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn),
            "f2": f2(precision, recall),
        }


def ratio(above: Floats, below: Floats) -> NDArray[np.float64]:
    """above / below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros(np.shape(above)), where=np.asarray(below) > 0)


def f2(precision: Floats, recall: Floats) -> NDArray[np.float64]:
    """5PR / (4P + R), 0 where both are 0 (paper 004): recall counts twice as much as precision."""
    p, r = np.asarray(precision, np.float64), np.asarray(recall, np.float64)
    return ratio(5 * p * r, 4 * p + r)


def decided(answers: NDArray[np.bool_], labels: Floats) -> Decisions:
    """answers [n,K] against labels [n,K] of 0, 1 and NaN."""
    present, absent = labels == 1, labels == 0
    return Decisions(*(
        table.astype(np.float64)
        for table in (answers & present, answers & absent, ~answers & present, ~answers & absent)
    ))  # fmt: skip


def answers_of(scores: Floats, task: str, thresholds: Floats) -> NDArray[np.bool_]:
    """`single`: the highest score of each row (the first of equals). Otherwise score >= threshold [K]."""
    if task != SINGLE:
        answers: NDArray[np.bool_] = scores >= thresholds
        return answers
    answers = np.zeros(scores.shape, dtype=bool)
    answers[np.arange(len(scores)), scores.argmax(axis=1)] = True
    return answers
