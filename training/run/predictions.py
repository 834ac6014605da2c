"""What a network says about prepared images, each image once, on one device; and predictions.csv."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.loading import batches
from training.data.prepared import PreparedSet
from training.models.classifier import Classifier
from training.run.files import RunError, write_csv
from training.run.module import as_float32

COLUMNS = ("image", "patient", "split", "class", "label", "logit", "probability")


@dataclass(frozen=True)
class Predictions:
    """n images: logits [n,K], labels [n,K] (NaN unknown), embedding [n,D] = GAP of the target layer.

    seconds: of the whole pass, images read from the prepared set; device and batch belong to it.
    """

    ids: tuple[str, ...]
    patients: tuple[str, ...]
    labels: NDArray[np.float32]
    logits: NDArray[np.float32]
    embedding: NDArray[np.float32]
    seconds: float
    device: str
    batch: int

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: NDArray[np.bool_]) -> Predictions:
        """The images of a mask, with their share of the seconds."""
        index = np.flatnonzero(rows)
        ids, patients = (tuple(own[row] for row in index) for own in (self.ids, self.patients))
        seconds = self.seconds * len(index) / max(len(self), 1)
        return Predictions(
            ids,
            patients,
            self.labels[index],
            self.logits[index],
            self.embedding[index],
            seconds,
            self.device,
            self.batch,
        )

    def rows(self, ids: Sequence[str]) -> NDArray[np.intp]:
        """Rows of these images. Raises KeyError."""
        place = {image: row for row, image in enumerate(self.ids)}
        return np.array([place[image] for image in ids], np.intp)


def join_predictions(parts: Sequence[Predictions]) -> Predictions:
    """All images of the parts, in order; their seconds add up."""
    first = parts[0]
    if len(parts) == 1:
        return first
    labels, logits, embedding = (
        np.concatenate([getattr(own, name) for own in parts]) for name in ("labels", "logits", "embedding")
    )
    ids = tuple(image for own in parts for image in own.ids)
    if len(set(ids)) != len(ids):
        raise RunError(f"{len(ids)} images to report are {len(set(ids))} different ones; each counts once")
    patients = tuple(patient for own in parts for patient in own.patients)
    seconds = sum(own.seconds for own in parts)
    return Predictions(ids, patients, labels, logits, embedding, seconds, first.device, first.batch)


def predict(model: Classifier, prepared: PreparedSet, device: torch.device, batch: int) -> Predictions:
    """Run the network in eval mode and float32. Raises RunError when an image stands in the set twice."""
    ids = tuple(prepared.ids)
    if len(set(ids)) != len(ids):
        raise RunError(f"{len(ids)} images to predict are {len(set(ids))} different ones; each counts once")
    logits, embeddings = [], []

    def keep(outputs: Any, rows: Tensor) -> None:
        logits.append(outputs.logits.cpu().numpy())
        embeddings.append(outputs.features.mean(dim=(2, 3)).cpu().numpy())

    seconds = run_batches(model, prepared, device, batch, keep)
    return Predictions(
        ids, tuple(prepared.patients), np.asarray(prepared.labels, np.float32), np.concatenate(logits).astype(np.float32),
        np.concatenate(embeddings).astype(np.float32), seconds, device_name(device), batch,
    )  # fmt: skip


def run_batches(
    model: Classifier, prepared: PreparedSet, device: torch.device, batch: int, keep: Callable[[Any, Tensor], None]
) -> float:
    """Forward passes over all images in their order; `keep` gets the outputs and the rows. Returns the seconds."""
    model.to(device).eval()
    start = time.perf_counter()
    with torch.no_grad():
        for own in batches(prepared, batch, shuffle_seed=None):
            keep(as_float32(model(own.images.to(device))), own.index)
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def device_name(device: torch.device) -> str:
    """`cpu`, or the GPU's own name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


@dataclass(frozen=True)
class PredictionRow:
    """Lines of predictions.csv of one split, read back: logits, probabilities and labels [n,K]."""

    ids: tuple[str, ...]
    patients: tuple[str, ...]
    classes: tuple[str, ...]
    labels: NDArray[np.float64]
    logits: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def write_predictions(
    path: Path, classes: Sequence[str], parts: Mapping[str, tuple[Predictions, NDArray[Any]]]
) -> None:
    """parts: split -> (predictions, calibrated probabilities [n,K])."""
    rows = []
    for split, (own, probabilities) in parts.items():
        for row, (image, patient) in enumerate(zip(own.ids, own.patients, strict=True)):
            for k, name in enumerate(classes):
                label = own.labels[row, k]
                known = "" if np.isnan(label) else f"{label:g}"
                values = (f"{own.logits[row, k]:.7g}", f"{probabilities[row, k]:.7g}")
                rows.append((image, patient, split, name, known, *values))
    write_csv(path, COLUMNS, rows)


def read_predictions(path: Path, splits: Sequence[str]) -> PredictionRow:
    """The images of these splits, in the order of the file. Raises RunError naming file, row and column."""
    if not path.is_file():
        raise RunError(f"{path.parent.name}/{path.name} does not exist; run `python -m training evaluate` first")
    table: dict[str, dict[str, tuple[float, float, float]]] = {}
    patients: dict[str, str] = {}
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise RunError(f"{path.name}: columns {reader.fieldnames}; allowed are {', '.join(COLUMNS)}")
        for number, row in enumerate(reader, start=2):
            if row["split"] not in splits:
                continue
            try:
                values = (float(row["label"] or "nan"), float(row["logit"]), float(row["probability"]))
            except (TypeError, ValueError) as error:
                raise RunError(f"{path.name} row {number}: {error}") from error
            table.setdefault(row["image"], {})[row["class"]] = values
            patients[row["image"]] = row["patient"]
    if not table:
        raise RunError(f"{path.name} holds no image of split {' or '.join(splits)}")
    classes = tuple(next(iter(table.values())))
    values_ = np.array([[own[name] for name in classes] for own in table.values()], np.float64)
    return PredictionRow(
        tuple(table),
        tuple(patients[image] for image in table),
        classes,
        values_[:, :, 0],
        values_[:, :, 1],
        values_[:, :, 2],
    )
