"""What every metric asks of its labels: 0, 1 or unknown (NaN), of the task's shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.samples import MULTILABEL, SINGLE, TASKS

Floats = NDArray[np.floating]


def checked_table(
    values: Floats, labels: Floats, patients: Sequence[str], task: str, classes: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """values (logits or probabilities) and labels as float64 [n,K].

    labels: 0, 1, NaN unknown for `multilabel`; one-hot for `single`. Raises ValueError naming what does not fit.
    """
    if task not in TASKS:
        raise ValueError(f"task {task!r} is not one of {', '.join(TASKS)}")
    table, truth = np.asarray(values, np.float64), np.asarray(labels, np.float64)
    if table.ndim != 2 or table.shape != truth.shape or table.shape != (len(patients), len(classes)):
        raise ValueError(
            f"values {table.shape}, labels {truth.shape}, {len(patients)} patients, {len(classes)} classes;"
            " wanted [n,K], [n,K], n and K"
        )
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise ValueError(f"row {row}, class {classes[column]}: {table[row, column]} is not a real number")
    known = truth[~np.isnan(truth)]
    if not np.isin(known, (0, 1)).all():
        wrong = sorted(set(known.tolist()) - {0.0, 1.0})[:5]
        raise ValueError(f"labels hold {wrong}; allowed are 0, 1 and, for {MULTILABEL}, NaN for unknown")
    if task == SINGLE and len(truth) and not (truth.sum(axis=1) == 1).all():
        row = int(np.flatnonzero(~(truth.sum(axis=1) == 1))[0])
        raise ValueError(f"row {row}: labels {truth[row].tolist()}; for task {SINGLE!r} exactly one must be 1")
    return table, truth
