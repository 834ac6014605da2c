"""Everything the calibration split decides for a row: calibrator, operating points, conformal thresholds, map thresholds,
gate; and calibration.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.manifest import array_from_json, array_to_json
from training.calibration import conformal, conformal_classes, ood_gate, operating_point
from training.calibration.calibrator import Calibrator, read_calibrator
from training.calibration.conformal_classes import ClassConformal
from training.calibration.conformal_report import multilabel_conformal_report, single_conformal_report
from training.calibration.fit_notes import fit_notes
from training.calibration.ood_gate import OodGate
from training.calibration.registry import CalibrationMethod, calibration_method
from training.calibration.split_check import check_calibration_split
from training.data.samples import SINGLE
from training.losses.registry import ends_at_log_odds
from training.run.files import RunError, read_json, write_json
from training.run.predictions import Predictions
from training.run.settings import CalibrationTable

# Without a set to calibrate on, the raw scores are reported, and said to be raw.
UNCALIBRATED = "none"
REAL, PHANTOM = "real", "phantom"


@dataclass(frozen=True)
class RowCalibration:
    """refits: the calibrator on patient resamples. classes: per class operating points, ROC, conformal thresholds.
    document: what calibration.json says beside it."""

    calibrator: Calibrator
    refits: tuple[Calibrator, ...]
    classes: Mapping[str, dict[str, Any]]
    gate: OodGate
    document: Mapping[str, Any]

    def conformal_report(self, logits: NDArray[np.floating], labels: NDArray[np.floating]) -> dict[str, Any]:
        """Coverage, set sizes and abstention on other cases."""
        p, names = self.probabilities(logits), tuple(self.classes)
        parts = [own["conformal"] for own in self.classes.values()]
        if self.calibrator.task == SINGLE:
            thresholds = tuple(part["present_at_least"] for part in parts)
            own = ClassConformal(parts[0]["alpha"], thresholds, tuple(part["n_positive"] for part in parts))
            return single_conformal_report(own, p, labels, names)
        return multilabel_conformal_report([conformal.Conformal(**part) for part in parts], p, labels, names)

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated [n,K] of raw logits [n,K]."""
        return self.calibrator.apply(logits)


def default_method(fitted_with: FittedWith, task: str) -> str:
    """What methods.md §12.1 recommends: a temperature where the network was driven to the log odds, one for a softmax and one per
    label for sigmoids; a slope and a bias (Platt, vector scaling) where its loss or its batches drove it elsewhere."""
    if ends_at_log_odds(fitted_with.loss) and not fitted_with.balanced:
        return "temperature" if task == SINGLE else "temperature-per-label"
    return "vector" if task == SINGLE else "platt"


@dataclass(frozen=True)
class FittedWith:
    """What drove the network last. loss: its name. balanced: batches with as many positives as negatives, whatever their share."""

    loss: str
    balanced: bool = False


@dataclass(frozen=True)
class CalibrationInput:
    """What a calibration is fitted on. split: the name of the set; selection_patients: of the set that chose the epoch. drawn:
    bool [n], which of the predictions are of phantoms; train_embedding: of as many phantoms as real images at most."""

    split: str
    predictions: Predictions
    train_embedding: NDArray[np.floating]
    selection_patients: Sequence[str]
    classes: tuple[str, ...]
    task: str
    drawn: NDArray[np.bool_]


def calibrate_row(given: CalibrationInput, table: CalibrationTable, fitted_with: FittedWith) -> RowCalibration:
    """Fit on the given predictions. Raises CalibrationSplitError for a split that chose the network, RunError where the
    split has no case of what a method needs."""
    own, sources = _of_one_source(given, table.phantom_classes)
    given = replace(given, predictions=own)
    name = table.method or default_method(fitted_with, given.task)
    check = check_calibration_split(given.selection_patients, own.patients, table.same_split)
    method = calibration_method(name)
    _refuse_blank(given)
    try:
        calibrator = method.fit(own.logits, own.labels, given.task)
    except ValueError as error:
        raise RunError(f"calibration {name!r} on split {given.split!r}: {error}") from error
    refits, refits_note = _refits(method, given, table)
    probabilities = calibrator.apply(own.logits)
    sets = conformal_documents(probabilities, own.labels, given.task, table.alpha)
    classes = {
        key: class_document(probabilities[:, k], own.labels[:, k], table.operating_point, sets[k])
        for k, key in enumerate(given.classes)
    }
    document = {
        "split": given.split,
        "alpha": table.alpha,
        "loss": fitted_with.loss,
        "refits_note": refits_note,
        **check,
    }
    document |= {"sources": sources} if sources else {}
    notes = zip(given.classes, fit_notes(calibrator, own.logits, own.labels), strict=True)
    document["notes"] = {key: list(sentences) for key, sentences in notes if sentences}
    gate = ood_gate.fit(given.train_embedding, own.embedding[balanced_rows(given.drawn, table.seed)])
    return RowCalibration(calibrator, refits, classes, gate, document)


def _refuse_blank(given: CalibrationInput) -> None:
    """Raises RunError naming the labels that no case of the split has: nothing can be fitted to them."""
    known = ~np.isnan(given.predictions.labels)
    blank = [name for k, name in enumerate(given.classes) if not known[:, k].any()]
    if blank:
        others = [name for name in given.classes if name not in blank]
        raise RunError(
            f"no image of split {given.split!r} has a label for {', '.join(map(repr, blank))}; leave"
            f" {'it' if len(blank) == 1 else 'them'} out with [data] classes = {json.dumps(others)} and fit again"
        )


def balanced_rows(drawn: NDArray[np.bool_], seed: int) -> NDArray[np.intp]:
    """All real images and at most as many phantoms, else all phantoms: a gate fitted mostly on phantoms would refuse
    patients."""
    real, phantoms = np.flatnonzero(~drawn), np.flatnonzero(drawn)
    if len(real) == 0 or len(phantoms) <= len(real):
        return np.concatenate([real, phantoms])
    return np.concatenate([real, np.sort(np.random.default_rng(seed).choice(phantoms, len(real), replace=False))])


def _of_one_source(given: CalibrationInput, on_phantoms: Sequence[str]) -> tuple[Predictions, dict[str, str]]:
    """The predictions with labels of real images alone, or of phantoms alone for the classes that ask for it or have no real
    label; and which of the two. Nothing changes without phantoms, or with nothing else. Raises RunError."""
    for name in on_phantoms:
        if name not in given.classes:
            raise RunError(f"calibration phantom_classes {name!r} is not one of {', '.join(given.classes)}")
    own, drawn = given.predictions, given.drawn
    if not drawn.any() or drawn.all():
        return own, {}
    labels, sources = own.labels.copy(), {}
    for k, name in enumerate(given.classes):
        known = ~np.isnan(labels[:, k])
        phantom = name in on_phantoms or not (known & ~drawn).any()
        labels[drawn != phantom, k] = np.nan
        sources[name] = PHANTOM if phantom else REAL
    return replace(own, labels=labels), sources


def _refits(
    method: CalibrationMethod, given: CalibrationInput, table: CalibrationTable
) -> tuple[tuple[Calibrator, ...], str]:
    """The calibrator on patient resamples, or why the split is too small for them: metrics do not need them, a bundle does."""
    own = given.predictions
    try:
        found = method.refits(own.logits, own.labels, own.patients, given.task, table.refits, table.seed)
    except ValueError as error:
        return (), str(error)
    return tuple(found), ""


def conformal_documents(
    probabilities: NDArray[np.floating], labels: NDArray[np.floating], task: str, alpha: float
) -> list[dict[str, Any]]:
    """Conformal thresholds of every class: sets over the classes for `single`, present and absent per label otherwise."""
    if task == SINGLE:
        return conformal_classes.fit(probabilities, labels, alpha).documents()
    found = []
    for k in range(labels.shape[1]):
        known = ~np.isnan(labels[:, k])
        found.append(conformal.fit(probabilities[known, k], labels[known, k], alpha).document())
    return found


def class_document(
    probabilities: NDArray[np.floating], labels: NDArray[np.floating], rule: str, conformal_document: dict[str, Any]
) -> dict[str, Any]:
    """Operating points and ROC of one class against the rest, beside its conformal thresholds; the former are None where
    one side is absent."""
    known = ~np.isnan(labels)
    p, y = probabilities[known], labels[known].astype(np.float64)
    document = {"conformal": conformal_document, "n": len(y), "n_positive": int(y.sum())}
    if not 0 < y.sum() < len(y):
        return document | {"operating_point": None, "alternatives": [], "roc": []}
    points = {name: operating_point.choose(p, y, name).document() for name in operating_point.RULES}
    if rule not in points:
        raise RunError(f"operating_point {rule!r} is not one of {', '.join(points)}")
    chosen = points.pop(rule)
    return document | {
        "operating_point": chosen, "alternatives": list(points.values()), "roc": operating_point.roc_points(p, y)
    }  # fmt: skip


def write_row_calibration(path: Path, calibration: RowCalibration) -> None:
    """Write calibration.json."""
    gate = calibration.gate
    write_json(
        path,
        {
            "calibrator": calibration.calibrator.document(),
            "refits": [refit.document()["labels"] for refit in calibration.refits],
            "classes": calibration.classes,
            "gate": {
                "mean": array_to_json(gate.mean), "precision": array_to_json(gate.precision),
                "threshold": gate.threshold, "quantile": gate.quantile,
            },
            **calibration.document,
        },
    )  # fmt: skip


def read_row_calibration(path: Path) -> RowCalibration:
    """What write_row_calibration wrote. Raises RunError."""
    document = read_json(path, "run `python -m training calibrate` first")
    try:
        first = document.pop("calibrator")
        calibrator = read_calibrator(first)
        refits = tuple(read_calibrator(first | {"labels": labels}) for labels in document.pop("refits"))
        classes, gate = document.pop("classes"), document.pop("gate")
        dimension = int(gate["mean"]["shape"][0])
        mean = array_from_json(gate["mean"], "gate.mean", (dimension,)).astype(np.float32)
        precision = array_from_json(gate["precision"], "gate.precision", (dimension, dimension)).astype(np.float32)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path.parent.name}/{path.name} is not a calibration ({error}); run calibrate again") from error
    return RowCalibration(
        calibrator, refits, classes, OodGate(mean, precision, gate["threshold"], gate["quantile"]), document
    )
