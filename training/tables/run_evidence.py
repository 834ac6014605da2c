"""What a finished run folder shows beside its numbers: learning curves, reliability, confusion, pictures."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from training.data.samples import SINGLE
from training.metrics.reliability_diagram import reliability_document
from training.run.predictions import PredictionRow
from training.tables.comparison import Document

CURVES = ("train_loss", "val_loss", "train_acc", "val_acc", "val_auc_mean", "val_f1_macro")
TOP = "top"


def read_curves(folder: Path) -> dict[str, list[float | None]]:
    """Values per epoch of all stages of a run, one after the other; {} without a log. Epochs are counted from 1."""
    stages = [path for name in ("fit", "stage-*") for path in sorted(folder.glob(name)) if path.is_dir()]
    epochs = [own for stage in stages for own in _epochs_of(stage)]
    if not epochs:
        return {}
    names = [name for name in CURVES if any(name in own for own in epochs)]
    curves: dict[str, list[float | None]] = {"epoch": [float(number) for number in range(1, len(epochs) + 1)]}
    return curves | {name: [own.get(name) for own in epochs] for name in names}


def _epochs_of(stage: Path) -> list[dict[str, float]]:
    """The lines of epochs.csv; a value that is missing or not finite is left out."""
    log, found = stage / "epochs.csv", []
    if not log.is_file():
        return []
    with log.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            values = {name: float(row[name]) for name in CURVES if row.get(name)}
            found.append({name: value for name, value in values.items() if math.isfinite(value)})
    return found


def raw_probabilities(logits: NDArray[np.floating], task: str) -> NDArray[np.float64]:
    """Softmax or sigmoid [n,K] of raw logits."""
    z = np.asarray(logits, np.float64)
    found: NDArray[np.float64] = softmax(z, axis=1) if task == SINGLE else expit(z)
    return found


def reliability(predictions: PredictionRow, task: str, most: int = 5) -> dict[str, Document]:
    """Bins of equal width, raw and calibrated: of the answer's confidence for a single-label task, else of the first `most`
    labels with both answers."""
    raw = reliability_document(
        raw_probabilities(predictions.logits, task), predictions.labels, task, predictions.classes
    )
    after = reliability_document(predictions.probabilities, predictions.labels, task, predictions.classes)
    names = (
        [TOP] if task == SINGLE else [name for k, name in enumerate(predictions.classes) if _has_both(predictions, k)]
    )
    titles = {TOP: "the answer"}
    return {
        titles.get(name, name): {"raw": raw[name]["width"], "calibrated": after[name]["width"]} for name in names[:most]
    }


def _has_both(predictions: PredictionRow, k: int) -> bool:
    values = predictions.labels[:, k]
    known = values[~np.isnan(values)]
    return bool(len(known)) and 0 < known.sum() < len(known)


def confusion(predictions: PredictionRow, task: str, most: int = 2) -> dict[str, Document]:
    """Counts, rows the truth: of the classes for a single-label task (key ""), else present/absent at one half per label."""
    if task == SINGLE:
        truth, said = predictions.labels.argmax(axis=1), predictions.logits.argmax(axis=1)
        return {"": {"classes": list(predictions.classes), "counts": _counts(truth, said, len(predictions.classes))}}
    found = {}
    for k, name in enumerate(predictions.classes[:most]):
        known = ~np.isnan(predictions.labels[:, k])
        truth = (predictions.labels[known, k] >= 0.5).astype(int)
        said = (predictions.logits[known, k] >= 0).astype(int)
        found[name] = {"classes": ["absent", "present"], "counts": _counts(truth, said, 2)}
    return found


def _counts(truth: NDArray[np.intp], said: NDArray[np.intp], classes: int) -> list[list[int]]:
    table = np.bincount(np.asarray(truth) * classes + np.asarray(said), minlength=classes**2).reshape(classes, classes)
    counts: list[list[int]] = table.tolist()
    return counts


def weighted_rates(predictions: PredictionRow) -> dict[str, Document]:
    """Precision, recall and F1 weighted by the classes' cases, as scikit-learn's report prints them (003 §3.1)."""
    [own] = confusion(predictions, SINGLE).values()
    counts = np.asarray(own["counts"], np.float64)
    right, support, answered = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    precision = np.divide(right, answered, out=np.zeros_like(right), where=answered > 0)
    recall = np.divide(right, support, out=np.zeros_like(right), where=support > 0)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(right), where=total > 0)
    n = int(support.sum())
    return {
        f"{name}_weighted": {
            "value": float((values * support).sum() / n),
            "ci": None,
            "n": n,
            "method": "mean by support",
        }
        for name, values in (("precision", precision), ("recall", recall), ("f1", f1))
    }


def pictures(folder: Path, base: Path, is_made: bool, most: int) -> list[Document]:
    """The first pictures of maps/METHOD/IMAGE.CLASS.png as paths from `base`, all methods of an image together."""
    found = sorted((folder / "maps").glob("*/*.png"), key=lambda path: (path.name, path.parent.name))[:most]
    return [
        {
            "path": path.relative_to(base).as_posix(),
            "caption": f"{path.parent.name}: {path.stem.replace('.', ', ')}",
            "is_made": is_made,
        }
        for path in found
    ]
