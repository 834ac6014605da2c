"""How far probabilities can be believed: every measure of methods.md §12.2 together, with interval and noise floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measures.bootstrap import BLOCK_VALUES, METHOD, percentile_intervals
from training.data.samples import MULTILABEL, SINGLE
from training.metrics.binned_gaps import BINS, mass_sums, width_sums
from training.metrics.brier_parts import brier_parts
from training.metrics.estimate import Estimate, undefined
from training.metrics.labels import checked_table
from training.metrics.reliability_diagram import top_answer

FLOORED = ("ece15_width", "ece15_mass", "ece_l2_debiased")
TINY = 1e-12

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class NoiseFloor:
    """Error that a perfectly calibrated model with these scores shows by chance: mean and 5-95 % range."""

    mean: float
    low: float
    high: float

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"mean": round(self.mean, 6), "range": [round(self.low, 6), round(self.high, 6)]}


@dataclass(frozen=True)
class _Cases:
    p: NDArray[np.float64]
    y: NDArray[np.float64]
    task: str
    classes: tuple[str, ...]


def calibration_metrics(
    probabilities: Floats,
    labels: Floats,
    patients: Sequence[str],
    task: str = MULTILABEL,
    classes: Sequence[str] = (),
    *,
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, dict[str, Any]]:
    """All measures by name, each {"value", "ci", "n", "method"}; the errors carry "noise_floor" {"mean", "range"}.

    Per label and as mean over labels: ece15_width (torchmetrics' CalibrationError, L1, 15 bins; paper 000), ece15_mass (bins
    of equally many cases), ece_l2_debiased (root of Kumar's debiased square in 15 equal-mass bins, 0 where it is negative),
    nll, brier with brier_reliability, brier_resolution, brier_uncertainty. ece_classwise is the mean of ece15_width over the
    classes. For `single` also ece15_top: confidence of the answer against whether it is right; nll is then the
    cross-entropy, brier_mean the mean over classes.

    Noise floor: the same error with labels drawn from the probabilities themselves, `draws` times. Intervals: patient
    bootstrap; resampling adds its own noise, so that for small n they may lie above the value. Raises ValueError.
    """
    p, y = checked_table(probabilities, labels, patients, task, classes)
    if p.size and not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"probabilities from {p.min():g} to {p.max():g}; allowed: 0 to 1")
    if len(y) == 0:
        return {"nll": undefined(0, METHOD, "no case").document()}
    cases = _Cases(p, y, task, tuple(classes))
    values = {name: float(found[0]) for name, found in _statistics(cases, np.ones((1, len(y)))).items()}
    intervals = percentile_intervals(lambda weights: _statistics(cases, weights), patients, draws, seed)
    floors = _floors(cases, draws, seed)
    counts = {name: int((~np.isnan(y[:, k])).sum()) for k, name in enumerate(classes)}
    documents = {}
    for name, value in values.items():
        own = next((counts[label] for label in classes if name in _names(label)), len(y))
        note = "no case with a known label" if np.isnan(value) else ""
        document = Estimate(value, intervals[name], own, METHOD, note).document()
        documents[name] = document | ({"noise_floor": floors[name].document()} if name in floors else {})
    return documents


def _names(label: str) -> set[str]:
    measures = (*FLOORED, "nll", "brier", "brier_reliability", "brier_resolution", "brier_uncertainty")
    return {f"{measure}_{label}" for measure in measures}


def _statistics(cases: _Cases, weights: Floats) -> Mapping[str, NDArray[np.float64]]:
    """Every measure for every row of case weights [d,n]."""
    found: dict[str, NDArray[np.float64]] = {}
    for k, name in enumerate(cases.classes):
        rows = np.flatnonzero(~np.isnan(cases.y[:, k]))
        own = _of_label(cases.p[rows, k], cases.y[rows, k], weights[:, rows])
        found |= {f"{measure}_{name}": values for measure, values in own.items()}
    for measure in _of_label(np.array([0.5]), np.array([1.0]), np.ones((1, 1))):
        defined = [found[f"{measure}_{name}"] for k, name in enumerate(cases.classes) if _has_cases(cases, k)]
        mean = np.mean(defined, axis=0) if defined else np.full(len(weights), np.nan)
        found[f"{measure}_mean"] = mean
    found["ece_classwise"] = found["ece15_width_mean"]
    found["nll"] = found.pop("nll_mean")
    if cases.task == SINGLE:
        right, correct = top_answer(cases.p, cases.y)
        found["ece15_top"] = width_sums(right, correct, weights).ece()
        losses = -np.log(np.clip((cases.p * cases.y).sum(axis=1), TINY, None))
        found["nll"] = weights @ losses / weights.sum(axis=1)
    return found


def _has_cases(cases: _Cases, k: int) -> bool:
    return bool((~np.isnan(cases.y[:, k])).any())


def _of_label(p: Floats, y: Floats, weights: Floats) -> dict[str, NDArray[np.float64]]:
    """Measures of one label: p, y [n] known; weights [d,n]."""
    if not len(p):
        nothing = np.full(len(weights), np.nan)
        return dict.fromkeys(("nll", "brier", *FLOORED), nothing) | dict.fromkeys(
            ("brier_reliability", "brier_resolution", "brier_uncertainty"), nothing
        )
    inside = np.clip(p, TINY, 1 - TINY)
    losses = -(y * np.log(inside) + (1 - y) * np.log1p(-inside))
    parts = brier_parts(p, y, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        nll = weights @ losses / weights.sum(axis=1)
    return _errors(p, y, weights) | {
        "nll": nll,
        "brier": parts.score,
        "brier_reliability": parts.reliability,
        "brier_resolution": parts.resolution,
        "brier_uncertainty": parts.uncertainty,
    }


def _errors(p: Floats, y: Floats, weights: Floats) -> dict[str, NDArray[np.float64]]:
    """The three that have a noise floor. y: [n] or one row per draw [d,n]."""
    mass = mass_sums(p, y, weights, BINS)
    squared = mass.squared(debiased=True)
    return {
        "ece15_width": width_sums(p, y, weights).ece(),
        "ece15_mass": mass.ece(),
        "ece_l2_debiased": np.sqrt(np.maximum(squared, 0.0)),
    }


def _floors(cases: _Cases, draws: int, seed: int) -> dict[str, NoiseFloor]:
    """Noise floors by name: labels drawn from the probabilities, one class per case for `single`."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for count, random in _blocks(len(cases.p), draws, seed):
        for name, values in _drawn_errors(cases, count, random).items():
            found.setdefault(name, []).append(values)
    floors = {}
    for name, parts in found.items():
        values = np.concatenate(parts)
        low, high = np.percentile(values, [5, 95])
        floors[name] = NoiseFloor(float(values.mean()), float(low), float(high))
    return floors


def _blocks(n: int, draws: int, seed: int) -> Iterator[tuple[int, np.random.Generator]]:
    random = np.random.default_rng(seed)
    block = max(1, BLOCK_VALUES // n)
    for start in range(0, draws, block):
        yield min(block, draws - start), random


def _drawn_errors(cases: _Cases, count: int, random: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    single = cases.task == SINGLE
    shared = random.random((count, len(cases.p))) if single else None
    upper = np.cumsum(cases.p, axis=1) / np.maximum(cases.p.sum(axis=1, keepdims=True), TINY)
    found: dict[str, NDArray[np.float64]] = {}
    for k, name in enumerate(cases.classes):
        rows = np.flatnonzero(~np.isnan(cases.y[:, k]))
        if not len(rows):
            continue
        if shared is not None:
            below = upper[:, k - 1] if k else np.zeros(len(cases.p))
            drawn = (shared >= below) & (shared < upper[:, k])
        else:
            drawn = random.random((count, len(rows))) < cases.p[rows, k]
        own = _errors(cases.p[rows, k], drawn.astype(np.float64), np.ones((1, len(rows))))
        found |= {f"{measure}_{name}": values for measure, values in own.items()}
    for measure in FLOORED:
        parts = [values for name, values in found.items() if name.startswith(f"{measure}_")]
        found[f"{measure}_mean"] = np.mean(parts, axis=0)
    found["ece_classwise"] = found["ece15_width_mean"]
    if single:
        confidence, _ = top_answer(cases.p, cases.y)
        drawn = random.random((count, len(confidence))) < confidence
        found["ece15_top"] = width_sums(confidence, drawn.astype(np.float64), np.ones((1, len(confidence)))).ece()
    return found
