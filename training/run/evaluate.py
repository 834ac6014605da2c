"""metrics.json of a row: classification, calibration before and after, conformal answers, localisation, and what the paper's
columns are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from training.data.samples import SINGLE
from training.metrics import auc, wilson
from training.metrics.calibration_measures import calibration_metrics
from training.metrics.classification import Timing, classification_metrics, log_odds
from training.metrics.registry import METRICS, TRUST
from training.models.classifier import Classifier
from training.models.parameter_counts import parameter_counts
from training.run.calibrate import RowCalibration
from training.run.predictions import Predictions


@dataclass(frozen=True)
class Reported:
    """What a row is scored on. draws: bootstrap resamples."""

    predictions: Predictions
    task: str
    classes: tuple[str, ...]
    draws: int


def raw_probabilities(logits: NDArray[np.floating], task: str) -> NDArray[np.float64]:
    """sigmoid or softmax of raw logits [n,K]."""
    z = np.asarray(logits, np.float64)
    return np.asarray(softmax(z, axis=1) if task == SINGLE else expit(z))


def classification_columns(reported: Reported) -> dict[str, Any]:
    """Every metric of methods.md §10 with its interval."""
    own = reported.predictions
    timing = Timing(own.seconds, len(own), own.device, own.batch)
    return classification_metrics(
        own.logits, own.labels, own.patients, reported.task, reported.classes, draws=reported.draws, timing=timing
    )


def calibration_report(reported: Reported, calibration: RowCalibration | None) -> dict[str, Any]:
    """All measures of methods.md §12.2 of raw and of calibrated probabilities."""
    own = reported.predictions
    report: dict[str, Any] = {}
    answers = {"before": raw_probabilities(own.logits, reported.task)}
    if calibration is not None:
        answers["after"] = calibration.probabilities(own.logits)
        report |= {"method": calibration.calibrator.method, **calibration.document}
        report["conformal"] = calibration.conformal_report(own.logits, own.labels)
    for when, probabilities in answers.items():
        report[when] = calibration_metrics(
            probabilities, own.labels, own.patients, reported.task, reported.classes, draws=reported.draws
        )
    return report


def area_by_view(reported: Reported, views: Sequence[str]) -> dict[str, dict[str, Any]]:
    """AUC of every class within each stated view, view -> class -> {value, ci, n, n_positive, ...}; empty unless the images are
    of at least two views: scores of different views need not be on one scale. views: one per prediction, "" not stated."""
    own, given = reported.predictions, np.array(views)
    stated = sorted({view for view in views if view})
    if len(stated) < 2:
        return {}
    scores = log_odds(own.logits, reported.task)
    found: dict[str, dict[str, Any]] = {}
    for view in stated:
        found[view] = {}
        for k, name in enumerate(reported.classes):
            rows = (given == view) & ~np.isnan(own.labels[:, k])
            labels = own.labels[rows, k]
            positives = {"n_positive": int((labels == 1).sum())}
            found[view][name] = auc.estimate(scores[rows, k], labels).document() | positives
    return found


def gate_report(reported: Reported, calibration: RowCalibration) -> dict[str, Any]:
    """The share of these images that the gate's likeness check refuses."""
    gate, embedding = calibration.gate, reported.predictions.embedding
    refused = int((gate.distances(embedding) > gate.threshold).sum())
    return {"refused": wilson.estimate(refused, len(embedding)).document()}


def network_columns(model: Classifier, stages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Parameter counts, and the epoch that was kept with its training figures."""
    counts = parameter_counts(model)
    # As Keras prints them: with the running statistics of batch norms (methods.md trap 1).
    columns: dict[str, Any] = {
        "parameters": _count(counts["total"] + counts["buffers"]), "parameters_trainable": _count(counts["trainable"]),
    }  # fmt: skip
    trunk = getattr(model, "trunk", None)
    if trunk is not None:
        own = parameter_counts(trunk)
        columns["parameters_trunk"] = _count(own["total"] + own["buffers"])
    if stages:
        last = stages[-1]
        columns["best_epoch"] = _count(last["best_epoch"])
        for name in ("train_loss", "train_acc"):
            if last["best"].get(name) is not None:
                columns[name] = {
                    "value": last["best"][name],
                    "ci": None,
                    "n": None,
                    "method": "mean over the epoch's steps",
                }
    return columns


def paper_columns(
    classification: Mapping[str, Any], calibration: Mapping[str, Any], localisation: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The flat table that a paper's row is set against: NAME, NAME_CLASS, NAME_METHOD."""
    columns = dict(classification)
    for when in ("before", "after"):
        if when in calibration and "ece15_width_mean" in calibration[when]:
            columns[f"ece_{when}"] = calibration[when]["ece15_width_mean"]
    for method, metrics in localisation.items():
        for name, document in metrics.items():
            base, best, _ = name.partition("_best")
            known = METRICS.get(base)
            columns[f"{(known and known.column) or base}_{method}{best}"] = document
        for name in TRUST:  # how many true positives the trust scores of 004 are of
            if f"{name}_tp" in metrics:
                columns[f"{name}_{method}_n"] = _count(metrics[f"{name}_tp"]["n"])
    return columns


def _count(value: int) -> dict[str, Any]:
    return {"value": int(value), "ci": None, "n": None, "method": "counted"}
