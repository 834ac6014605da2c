"""004's tabular version of a data set: one row of trunk features per image instead of its pixels.

004 calls results on them "severely biased", since the features come from the images; 1280 values are the global average
of MobileNetV2's last feature map (methods.md section 4).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data import tables
from training.data.atomic_file import replaced_file
from training.data.prepared import PreparedSet
from training.data.records import DataError
from training.data.samples import SINGLE, Sample, SampleSet
from training.data.settings import DataSettings

NAME = "features.csv"
COLUMNS = ("image", "patient", "label")
PREFIX = "f"  # feature columns are f0, f1, ...


@dataclass(frozen=True)
class FeatureTable:
    """features: float32 [n,F]; labels: class index [n] of `classes`; ids and patients: [n]."""

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    ids: tuple[str, ...]
    patients: tuple[str, ...]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, ids: Sequence[str]) -> FeatureTable:
        """The rows of these images, in this order. Raises DataError for an id that is not there."""
        place = {name: row for row, name in enumerate(self.ids)}
        for name in ids:
            if name not in place:
                raise DataError(f"{NAME}: image {name!r} has no row")
        rows = np.array([place[name] for name in ids], dtype=int)
        patients = tuple(self.patients[row] for row in rows)
        return FeatureTable(self.features[rows], self.labels[rows], tuple(ids), patients, self.classes)


def extract_features(
    prepared: PreparedSet,
    trunk: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    batch: int = 32,
    *,
    flatten: bool = False,
) -> FeatureTable:
    """A row per image of a single-label set.

    trunk: float32 [n,C,H,W] in [0,1] -> [n,F] (values) or [n,F,h,w] (a map, averaged over its cells here, or
    laid out in one row with `flatten`).
    Raises DataError when the set is not single-label.
    """
    if prepared.task != SINGLE:
        raise DataError(f"task {prepared.task!r} has no table of features; allowed is {SINGLE}")
    parts = []
    for start in range(0, len(prepared), batch):
        values = np.asarray(trunk(np.asarray(prepared.images[start : start + batch], dtype=np.float32)))
        pooled = values.mean(axis=(2, 3)) if values.ndim == 4 and not flatten else values
        parts.append(pooled.reshape(len(values), -1))
    features = np.concatenate(parts).astype(np.float32)
    labels = prepared.labels.argmax(axis=1).astype(np.int64)
    return FeatureTable(features, labels, prepared.ids, prepared.patients, prepared.classes)


def write_features(path: Path, table: FeatureTable) -> None:
    """features.csv: image, patient, label (class name), f0, f1, ...; 9 digits bring every float32 back."""
    with replaced_file(path) as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow((*COLUMNS, *(f"{PREFIX}{column}" for column in range(table.features.shape[1]))))
        for row, name in enumerate(table.ids):
            values = (f"{value:.9g}" for value in table.features[row].tolist())
            writer.writerow((name, table.patients[row], table.classes[table.labels[row]], *values))


def read_features(path: Path, classes: tuple[str, ...] = ()) -> FeatureTable:
    """What write_features wrote. classes: the order wanted; () takes the names in alphabetical order. Raises DataError."""
    ids, patients, names, values = [], [], [], []
    columns: list[str] = []
    for where, row in tables.rows(path, COLUMNS):
        columns = columns or [name for name in row if name not in COLUMNS]
        ids.append(row["image"])
        patients.append(row["patient"])
        names.append(row["label"])
        values.append([_feature(row[column], where, column) for column in columns])
        if classes and names[-1] not in classes:
            raise DataError(f"{where}: label {names[-1]!r} is not one of {', '.join(classes)}")
    if not ids or not columns:
        raise DataError(f"{path.name}: {len(ids)} rows of {len(columns)} features; at least one of each is needed")
    order = classes or tuple(sorted(set(names)))
    labels = np.array([order.index(name) for name in names], dtype=np.int64)
    return FeatureTable(np.array(values, dtype=np.float32), labels, tuple(ids), tuple(patients), order)


def read_tabular(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """The rows of features.csv as samples, for splits and checks; `read_features` gives the values. check_files does
    nothing. Raises DataError."""
    if settings.task not in ("", SINGLE):
        raise DataError(f"data tabular: task {settings.task!r} is not {SINGLE}")
    table = read_features(folder / NAME, settings.classes)
    one_hot = np.eye(len(table.classes))[table.labels]
    samples = tuple(
        Sample(folder / NAME, name, table.patients[row], tuple(one_hot[row].tolist()))
        for row, name in enumerate(table.ids)
    )
    return SampleSet("tabular", SINGLE, table.classes, samples)


def _feature(cell: str | None, where: str, column: str) -> float:
    if cell is None:
        raise DataError(f"{where}: no value for column {column!r}")
    return tables.number(cell, where, column)
