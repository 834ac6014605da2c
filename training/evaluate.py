"""What is reported about a recipe: metrics of held-out cases with intervals, by view and by source of truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from measures import bootstrap
from measures.brier import brier
from training.calibrate import MAP_KINDS, Calibration
from training.cases import Cases, join
from training.data.records import FINDINGS
from training.metrics import auc, calibration_error, pointing, wilson
from training.outputs import Outputs, join_outputs

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Held:
    """Cases that a network never saw, with what it said: n cases, raw outputs, probabilities before and after
    calibration [n,K], refused [n] by the gate, and the conformal answer present/absent [n,K]."""

    cases: Cases
    outputs: Outputs
    before: Floats
    after: Floats
    refused: NDArray[np.bool_]
    present: NDArray[np.bool_]
    absent: NDArray[np.bool_]

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Held:
        """The cases of a mask or of indices."""
        return Held(
            self.cases.select(chosen),
            self.outputs.select(chosen),
            self.before[chosen],
            self.after[chosen],
            self.refused[chosen],
            self.present[chosen],
            self.absent[chosen],
        )


def held(cases: Cases, outputs: Outputs, calibration: Calibration) -> Held:
    """Apply a fold's calibration to its own evaluation cases."""
    after = calibration.probabilities(outputs.logits)
    conformal = [finding.conformal for finding in calibration.findings]
    return Held(
        cases, outputs, expit(outputs.logits.astype(np.float64)), after,
        calibration.gate.distances(outputs.embedding) > calibration.gate.threshold,
        after >= np.array([own.present_at_least for own in conformal]),
        after <= np.array([own.absent_at_most for own in conformal]),
    )  # fmt: skip


def pool(folds: Sequence[Held]) -> Held:
    """Out-of-fold cases of all folds together; each keeps the answer of the one network that did not see its patient."""
    return Held(
        join([fold.cases for fold in folds]),
        join_outputs([fold.outputs for fold in folds]),
        np.concatenate([fold.before for fold in folds]),
        np.concatenate([fold.after for fold in folds]),
        np.concatenate([fold.refused for fold in folds]),
        np.concatenate([fold.present for fold in folds]),
        np.concatenate([fold.absent for fold in folds]),
    )


def auc_report(cases: Cases, scores: Floats, labels: Floats) -> dict[str, Any]:
    """AUC of cases with a known label (not NaN), DeLong and patient-bootstrap interval, all views and by view."""
    known = ~np.isnan(labels)
    views = np.array(cases.views)
    report = {"all": _one_auc(cases, scores, labels, known)}
    for view in ("AP", "PA"):
        report[view] = _one_auc(cases, scores, labels, known & (views == view))
    return report


def _one_auc(cases: Cases, scores: Floats, labels: Floats, rows: NDArray[np.bool_]) -> dict[str, Any]:
    chosen = np.flatnonzero(rows)
    s, y = scores[chosen], labels[chosen]
    patients = [cases.patients[row] for row in chosen]
    document = auc.estimate(s, y).document() | {"n_positive": int(y.sum()), "patients": len(set(patients))}
    if document["value"] is not None:
        ci = bootstrap.percentile_interval(lambda i: auc.estimate(s[i], y[i]).value, patients)
        document["patient_bootstrap_ci"] = [round(end, 6) for end in ci]
    return document


def mean_fold_auc(folds: Sequence[tuple[Floats, Floats]]) -> dict[str, Any]:
    """Mean and values of the AUC within each fold, from (scores, labels) per fold: free of differences in scale between
    the folds' networks."""
    values = []
    for scores, labels in folds:
        known = ~np.isnan(labels)
        values.append(auc.estimate(scores[known], labels[known]).value)
    return {
        "value": round(float(np.nanmean(values)), 6),
        "folds": [None if np.isnan(v) else round(v, 6) for v in values],
    }


def calibration_report(cases: Held, k: int) -> dict[str, Any]:
    """ECE-15 (with interval and noise floor), NLL and Brier before and after, of the cases whose label is known."""
    known = np.flatnonzero(~np.isnan(cases.cases.labels[:, k]))
    labels = cases.cases.labels[known, k].astype(np.float64)
    patients = [cases.cases.patients[row] for row in known]
    report: dict[str, Any] = {"n": len(known), "n_positive": int(labels.sum())}
    for when, probabilities in (("before", cases.before[known, k]), ("after", cases.after[known, k])):
        ece = calibration_error.estimate(probabilities, labels, patients).document()
        floor = calibration_error.noise_floor(probabilities)
        report[when] = {
            "ece15": ece | {"noise_floor": floor.document()},
            "nll": round(calibration_error.negative_log_likelihood(probabilities, labels), 6),
            "brier": round(brier(probabilities, labels), 6),
        }
    return report


def conformal_report(cases: Held, k: int) -> dict[str, Any]:
    """Coverage per class and the share that is answered "uncertain"."""
    labels = cases.cases.labels[:, k]
    present, absent = cases.present[:, k], cases.absent[:, k]
    known = ~np.isnan(labels)
    positive, negative = labels == 1, labels == 0
    return {
        "coverage_positive": wilson.estimate(int(present[positive].sum()), int(positive.sum())).document(),
        "coverage_negative": wilson.estimate(int(absent[negative].sum()), int(negative.sum())).document(),
        "uncertain": wilson.estimate(int((present == absent)[known].sum()), int(known.sum())).document(),
    }


def pointing_report(cases: Held, k: int, size: tuple[int, int]) -> dict[str, Any]:
    """Pointing accuracy of both kinds of map over the cases with a box of this finding."""
    key = FINDINGS[k]
    boxes = [[(box.x, box.y, box.w, box.h) for box in own if box.key == key] for own in cases.cases.boxes]
    rows = [row for row, own in enumerate(boxes) if own]
    patients = [cases.cases.patients[row] for row in rows]
    return {
        kind: pointing.estimate(
            cases.outputs.maps(kind)[rows, k], [boxes[row] for row in rows], patients, size
        ).document()
        for kind in MAP_KINDS
    }


def gate_report(cases: Held) -> dict[str, Any]:
    """Share of held-out cases that the gate refuses; 1 % is what it was set to on the calibration split."""
    return {"refused": wilson.estimate(int(cases.refused.sum()), len(cases.refused)).document()}


def detail_score(cases: Cases) -> Floats:
    """Mean absolute difference of neighbouring columns: how sharp and noisy a picture is. A control: what AUC a number
    reaches that knows nothing about disease [n]."""
    return np.array([np.abs(np.diff(image.astype(np.float32), axis=1)).mean() for image in cases.images])
