"""Splits and folds by patient, stratified by label, reproducible from a seed; kept in split.csv.

Every function keeps all images of one patient together. Stratification is greedy: patients in seeded order, those with the
rarest labels first, each to the part that is furthest below its share of the patient's labels (Sechidis et al. 2011,
iterative stratification, applied to patients instead of images).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from training.data import tables
from training.data.atomic_file import replaced_file
from training.data.records import DataError


class PatientImage(Protocol):
    """What a split is about: StratifiedImage and Sample alike."""

    @property
    def image_id(self) -> str: ...

    @property
    def patient(self) -> str: ...


@dataclass(frozen=True)
class StratifiedImage:
    """One image with what a split balances. labels: 1 (present), 0 (absent) or None (unknown) by class; patient: the
    person, not the image."""

    image_id: str
    patient: str
    view: str
    labels: dict[str, int | None]


def split_by_patient(records: Sequence[StratifiedImage], fractions: dict[str, float], seed: int = 0) -> dict[str, str]:
    """Image id -> split name. fractions must be positive and sum to 1. Raises DataError."""
    if not fractions or min(fractions.values()) <= 0 or abs(sum(fractions.values()) - 1) > 1e-6:
        raise DataError(f"fractions {fractions} must be above 0 and sum to 1")
    names = list(fractions)
    people = _assign(records, [fractions[name] for name in names], seed)
    return {record.image_id: names[people[record.patient]] for record in records}


def patient_folds(records: Sequence[StratifiedImage], k: int, seed: int = 0) -> dict[str, int]:
    """Image id -> fold 0..k-1, patients grouped, labels balanced. Raises DataError when there are fewer patients than folds."""
    patients = len({record.patient for record in records})
    if not 2 <= k <= patients:
        raise DataError(f"k {k} folds of {patients} patients; allowed are 2..{patients}")
    people = _assign(records, [1 / k] * k, seed)
    return {record.image_id: people[record.patient] for record in records}


def _signature(record: StratifiedImage) -> list[str]:
    """What stratification balances: images, views and each known label."""
    known = [f"{key}={value}" for key, value in record.labels.items() if value is not None]
    return ["image", f"view={record.view}", *known]


def _assign(records: Sequence[StratifiedImage], shares: list[float], seed: int) -> dict[str, int]:
    """Patient -> index into shares."""
    wants: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        wants[record.patient].update(_signature(record))
    totals = sum(wants.values(), Counter[str]())
    order = sorted(wants)
    np.random.default_rng(seed).shuffle(order)
    order.sort(key=lambda patient: min(totals[name] for name in wants[patient]))  # stable: seeded among equals
    left = [{name: share * total for name, total in totals.items()} for share in shares]
    people = {}
    for patient in order:
        weights = {name: count / totals[name] for name, count in wants[patient].items()}
        gaps = [
            sum(weights[n] * left[part][n] / (shares[part] * totals[n]) for n in weights) for part in range(len(shares))
        ]
        part = int(np.argmax(gaps))
        people[patient] = part
        for name, count in wants[patient].items():
            left[part][name] -= count
    return people


def check_disjoint(records: Sequence[PatientImage], assignment: dict[str, str]) -> None:
    """Raises DataError when an image has no split or a patient has two."""
    place: dict[str, str] = {}
    for record in records:
        split = assignment.get(record.image_id)
        if split is None:
            raise DataError(f"image {record.image_id!r} has no split")
        if place.setdefault(record.patient, split) != split:
            raise DataError(
                f"patient {record.patient!r} is in two splits, {place[record.patient]!r} and {split!r}; allowed is one"
            )


def write_split(path: Path, records: Sequence[PatientImage], assignment: dict[str, str], seed: int) -> None:
    """Write split.csv (columns image, patient, split, seed), sorted by image. Raises DataError on a leak."""
    check_disjoint(records, assignment)
    with replaced_file(path) as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("image", "patient", "split", "seed"))
        for record in sorted(records, key=lambda record: record.image_id):
            writer.writerow((record.image_id, record.patient, assignment[record.image_id], seed))


def read_split(path: Path, records: Sequence[PatientImage] | None = None) -> dict[str, str]:
    """Image id -> split name of split.csv; with records, all of them must be in it and no patient in two splits.

    The patients of the file and of the records are both checked. Raises DataError.
    """
    path = Path(path)
    assignment: dict[str, str] = {}
    place: dict[str, str] = {}
    for where, row in tables.rows(path, ("image", "patient", "split")):
        image, patient, split = row["image"], row["patient"], row["split"]
        if image in assignment:
            raise DataError(f"{where}: image {image!r} is listed twice; each image has one row")
        if place.setdefault(patient, split) != split:
            raise DataError(
                f"{where}: patient {patient!r} is in two splits, {place[patient]!r} and {split!r}; allowed is one"
            )
        assignment[image] = split
    if records is not None:
        check_disjoint(records, assignment)
    return assignment
