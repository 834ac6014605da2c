"""What conformal sets did on held-out cases: coverage, set sizes, abstention, and what is left when they abstain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.calibration.conformal import Conformal
from training.calibration.conformal_classes import ClassConformal
from training.data.samples import MULTILABEL, SINGLE
from training.metrics import auc, wilson
from training.metrics.labels import checked_table

Floats = NDArray[np.floating]

WARNING = "Coverage holds per class, on average over cases like those of the calibration split; under shift it is void."


def multilabel_conformal_report(
    thresholds: Sequence[Conformal], probabilities: Floats, labels: Floats, classes: Sequence[str]
) -> dict[str, Any]:
    """Per label: coverage of positives and negatives (set holds the truth), set sizes, share answered "uncertain", and the
    AUC of all known cases and of those kept. probabilities, labels [n,K], NaN = unknown label."""
    p, y = checked_table(probabilities, labels, [""] * len(probabilities), MULTILABEL, classes)
    report: dict[str, Any] = {"warning": WARNING, "labels": {}}
    for k, (name, own) in enumerate(zip(classes, thresholds, strict=True)):
        known = ~np.isnan(y[:, k])
        score, truth = p[known, k], y[known, k]
        present, absent = score >= own.present_at_least, score <= own.absent_at_most
        kept = present != absent
        report["labels"][name] = {
            "alpha": own.alpha,
            "coverage_positive": _share(present[truth == 1]),
            "coverage_negative": _share(absent[truth == 0]),
            "set_sizes": _sizes(present.astype(int) + absent.astype(int), 2),
            "uncertain": _share(~kept),
            "auc_all": auc.estimate(score, truth).document(),
            "auc_kept": auc.estimate(score[kept], truth[kept]).document(),
        }
    return report


def single_conformal_report(
    own: ClassConformal, probabilities: Floats, labels: Floats, classes: Sequence[str]
) -> dict[str, Any]:
    """Coverage overall and per true class, set sizes, share whose set does not hold exactly one class, accuracy of the
    highest class on all cases and of the one class on those kept. probabilities [n,K], labels one-hot [n,K]."""
    p, y = checked_table(probabilities, labels, [""] * len(probabilities), SINGLE, classes)
    sets = own.sets(p)
    holds_truth = (sets & (y == 1)).any(axis=1)
    size = sets.sum(axis=1)
    right = p.argmax(axis=1) == y.argmax(axis=1)
    return {
        "warning": WARNING,
        "alpha": own.alpha,
        "coverage": _share(holds_truth),
        "coverage_per_class": {name: _share(holds_truth[y[:, k] == 1]) for k, name in enumerate(classes)},
        "set_sizes": _sizes(size, len(classes)),
        "mean_set_size": round(float(size.mean()), 6) if len(size) else None,
        "uncertain": _share(size != 1),
        "acc_all": _share(right),
        "acc_kept": _share(holds_truth[size == 1]),
    }


def _share(table: NDArray[np.bool_]) -> dict[str, Any]:
    return wilson.estimate(int(table.sum()), len(table)).document()


def _sizes(sizes: NDArray[np.int_], largest: int) -> dict[str, int]:
    """Cases by the size of their set."""
    return {str(size): int((sizes == size).sum()) for size in range(largest + 1)}
