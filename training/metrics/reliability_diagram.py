"""Reliability diagrams as data: what was said and what came true, per bin, with the count that carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.samples import MULTILABEL, SINGLE
from training.metrics import wilson
from training.metrics.binned_gaps import BINS, BinSums, mass_sums, width_sums
from training.metrics.labels import checked_table

Floats = NDArray[np.floating]


def reliability_document(
    probabilities: Floats, labels: Floats, task: str = MULTILABEL, classes: Sequence[str] = (), bins: int = BINS
) -> dict[str, Any]:
    """{class: {"width": [bin, ...], "mass": [bin, ...]}}, and `top` (confidence of the answer) for `single`.

    bin: {"low", "high", "count", "probability", "positives", "rate", "ci"}; rate and mean probability are null in an empty
    bin, ci is Wilson's. Equal-width bins carry their limits, equal-mass bins their lowest and highest probability.
    probabilities, labels: [n,K], NaN = unknown label.
    """
    p, y = checked_table(probabilities, labels, [""] * len(probabilities), task, classes)
    document = {}
    for k, name in enumerate(classes):
        known = ~np.isnan(y[:, k])
        document[name] = _diagrams(p[known, k], y[known, k], bins)
    if task == SINGLE:
        document["top"] = _diagrams(*top_answer(p, y), bins)
    return document


def top_answer(probabilities: Floats, labels: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confidence (highest probability) and whether that class is the true one, [n] each. labels: one-hot [n,K]."""
    answer = probabilities.argmax(axis=1)
    rows = np.arange(len(probabilities))
    return np.asarray(probabilities[rows, answer], np.float64), np.asarray(labels[rows, answer], np.float64)


def _diagrams(p: Floats, y: Floats, bins: int) -> dict[str, list[dict[str, Any]]]:
    if not len(p):
        return {"width": [], "mass": []}
    weights = np.ones((1, len(p)))
    limits = np.linspace(0, 1, bins + 1)
    width = _rows(width_sums(p, y, weights, bins), limits[:-1], limits[1:])
    parts = np.array_split(np.sort(p), bins)
    low = np.array([part[0] if len(part) else np.nan for part in parts])
    high = np.array([part[-1] if len(part) else np.nan for part in parts])
    return {"width": width, "mass": [row for row in _rows(mass_sums(p, y, weights, bins), low, high) if row["count"]]}


def _rows(sums: BinSums, low: Floats, high: Floats) -> list[dict[str, Any]]:
    rows = []
    for b in range(len(low)):
        count, positives = round(float(sums.cases[0, b])), float(sums.positives[0, b])
        row: dict[str, Any] = {"low": round(float(low[b]), 6), "high": round(float(high[b]), 6), "count": count}
        mean = round(float(sums.probability[0, b]) / count, 6) if count else None
        rate = round(positives / count, 6) if count else None
        # Shared ties make a part of a case; Wilson's interval is of whole cases.
        interval = [round(end, 6) for end in wilson.estimate(round(positives), count).ci] if count else None
        rows.append(row | {"probability": mean, "positives": round(positives, 6), "rate": rate, "ci": interval})
    return rows
