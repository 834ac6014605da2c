"""Two runs on the same cases: is one better, on which cases, and do their maps look at the same place?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.samples import SINGLE
from training.metrics import mcnemar, paired_auc
from training.metrics.classification import log_odds
from training.metrics.confusion import answers_of
from training.metrics.labels import checked_table
from training.metrics.map_agreement import map_agreement

Floats = NDArray[np.floating]


class CompareError(ValueError):
    """Runs that cannot be compared; names the runs and what differs."""


@dataclass(frozen=True)
class RunCases:
    """What one run said about its test cases.

    ids, patients: [n]. logits, labels: [n,K] (labels 0, 1, NaN; one-hot for `single`). maps: n maps [h,w], or by class
    n maps [K,h,w], or None. thresholds: on the logits, one per class, for `multilabel`; default 0.
    """

    name: str
    task: str
    classes: tuple[str, ...]
    ids: tuple[str, ...]
    patients: tuple[str, ...]
    logits: Floats
    labels: Floats
    maps: Floats | None = None
    thresholds: tuple[float, ...] | None = None


def compare_runs(first: RunCases, second: RunCases, *, draws: int = 1000) -> dict[str, Any]:
    """The comparison on the cases that both runs hold, second minus first.

    {"first", "second", "n", "left_out": {run: count}, "auc": {class: paired_auc}, "mcnemar": per class or, for `single`,
    once, with "wins" (only second right) and "losses" (only first right) as image ids, "maps": {class: agreement}}.
    Raises CompareError for other tasks or classes, no shared case, an id listed twice, labels that differ.
    """
    _check(first, second)
    shared = [image for image in first.ids if image in set(second.ids)]
    if not shared:
        raise CompareError(f"{first.name} and {second.name} share no case; compare runs on the same test set")
    one, other = _rows(first, shared), _rows(second, shared)
    _check_labels(first, second, one, other, shared)
    z, y = checked_table(
        first.logits[one], first.labels[one], [first.patients[i] for i in one], first.task, first.classes
    )
    w = np.asarray(second.logits, np.float64)[other]
    patients = [first.patients[row] for row in one]
    report: dict[str, Any] = {
        "first": first.name,
        "second": second.name,
        "n": len(shared),
        "left_out": {run.name: len(run.ids) - len(shared) for run in (first, second)},
        "auc": _areas(z, w, y, patients, first, draws),
        "mcnemar": _tests(
            answers_of(z, first.task, _thresholds(first)),
            answers_of(w, first.task, _thresholds(second)),
            y,
            first,
            shared,
        ),
    }
    if first.maps is not None and second.maps is not None:
        report["maps"] = _maps(first.maps[one], second.maps[other], patients, first.classes, draws)
    return report


def _check(first: RunCases, second: RunCases) -> None:
    for what in ("task", "classes"):
        a, b = getattr(first, what), getattr(second, what)
        if a != b:
            raise CompareError(f"{what} {a!r} of {first.name} and {b!r} of {second.name} differ; allowed: the same")
    for run in (first, second):
        if len(set(run.ids)) < len(run.ids):
            twice = next(image for image in run.ids if run.ids.count(image) > 1)
            raise CompareError(f"{run.name}: case {twice!r} is listed twice; allowed: once")


def _rows(run: RunCases, ids: Sequence[str]) -> list[int]:
    place = {image: row for row, image in enumerate(run.ids)}
    return [place[image] for image in ids]


def _check_labels(
    first: RunCases, second: RunCases, one: Sequence[int], other: Sequence[int], ids: Sequence[str]
) -> None:
    same = np.isclose(first.labels[list(one)], second.labels[list(other)], equal_nan=True)
    if not same.all():
        row, column = map(int, np.argwhere(~same)[0])
        raise CompareError(
            f"case {ids[row]!r}, {first.classes[column]}: label {first.labels[one[row], column]:g} in {first.name},"
            f" {second.labels[other[row], column]:g} in {second.name}; allowed: the same truth"
        )


def _thresholds(run: RunCases) -> NDArray[np.float64]:
    return np.zeros(len(run.classes)) if run.thresholds is None else np.asarray(run.thresholds, np.float64)


def _areas(z: Floats, w: Floats, y: Floats, patients: Sequence[str], run: RunCases, draws: int) -> dict[str, Any]:
    one, other = log_odds(z, run.task), log_odds(w, run.task)
    found = {}
    for k, name in enumerate(run.classes):
        rows = np.flatnonzero(~np.isnan(y[:, k]))
        own = [patients[int(row)] for row in rows]
        found[name] = paired_auc.estimate(one[rows, k], other[rows, k], y[rows, k], own, draws).document()
    return found


def _tests(
    one: NDArray[np.bool_], other: NDArray[np.bool_], y: Floats, run: RunCases, ids: Sequence[str]
) -> dict[str, Any]:
    if run.task == SINGLE:
        return _test((one & (y == 1)).any(axis=1), (other & (y == 1)).any(axis=1), ids)
    found = {}
    for k, name in enumerate(run.classes):
        rows = np.flatnonzero(~np.isnan(y[:, k]))
        truth = y[rows, k] == 1
        found[name] = _test(one[rows, k] == truth, other[rows, k] == truth, [ids[int(row)] for row in rows])
    return found


def _test(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_], ids: Sequence[str]) -> dict[str, Any]:
    names = np.asarray(ids, dtype=object)
    wins, losses = names[second_right & ~first_right], names[first_right & ~second_right]
    tested = mcnemar.estimate(first_right, second_right).document()
    return tested | {"wins": wins.tolist(), "losses": losses.tolist()}


def _maps(one: Floats, other: Floats, patients: Sequence[str], classes: Sequence[str], draws: int) -> dict[str, Any]:
    if one.ndim == 3 and other.ndim == 3:
        return {"all": map_agreement(one, other, patients, draws)}
    if one.ndim != 4 or other.ndim != 4:
        raise CompareError(f"maps of shapes {one.shape} and {other.shape}; allowed: both [n,h,w] or both [n,K,h,w]")
    return {name: map_agreement(one[:, k], other[:, k], patients, draws) for k, name in enumerate(classes)}
