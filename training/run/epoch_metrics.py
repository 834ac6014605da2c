"""What is logged after every epoch of a fit, and what early stopping and selection read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.data.samples import SINGLE
from training.metrics import auc

Floats = NDArray[np.floating]


def epoch_metrics(logits: Floats, labels: Floats, task: str) -> dict[str, float]:
    """val_acc, val_auc_mean and val_f1_macro of raw logits [n,K]; NaN where a metric is not defined.

    single: argmax. multilabel: each label at p = .5, unknown labels (NaN) left out; accuracy over all known labels. The
    reported metrics with their intervals are `training.metrics.classification`; these three steer a run.
    """
    z, y = np.asarray(logits, np.float64), np.asarray(labels, np.float64)
    if task == SINGLE:
        called = np.eye(z.shape[1])[z.argmax(axis=1)]
        accuracy = float((called * y).sum(axis=1).mean()) if len(z) else float("nan")
    else:
        called = (z >= 0).astype(np.float64)
        known = ~np.isnan(y)
        accuracy = float((called == y)[known].mean()) if known.any() else float("nan")
    areas = [_auc(z[:, k], y[:, k]) for k in range(z.shape[1])]
    defined = [area for area in areas if not np.isnan(area)]
    f1 = float(np.mean([_f1(called[:, k], y[:, k]) for k in range(z.shape[1])]))
    return {
        "val_acc": accuracy,
        "val_auc_mean": float(np.mean(defined)) if defined else float("nan"),
        "val_f1_macro": f1,
    }


def _auc(scores: Floats, labels: Floats) -> float:
    known = ~np.isnan(labels)
    return auc.estimate(scores[known], (labels[known] >= 0.5).astype(np.float64)).value


def _f1(called: Floats, labels: Floats) -> float:
    known = ~np.isnan(labels)
    hits = float((called * labels)[known].sum())
    total = float(called[known].sum() + labels[known].sum())
    return 2 * hits / total if total else 0.0
