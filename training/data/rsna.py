"""RSNA Pneumonia Detection Challenge 2018, stage 2 layout. Its terms allow evaluation only; nothing here is trained on."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from training.data import tables
from training.data.records import Box, DataError, checked_box

SIDE = 1024
CLASSES = ("Normal", "Lung Opacity", "No Lung Opacity / Not Normal")
BOX_COLUMNS = ("x", "y", "width", "height")


def read_classes(path: Path) -> dict[str, str]:
    """Image -> class. A patient with two boxes has two equal rows; two different classes are an error."""
    found: dict[str, str] = {}
    for where, row in tables.rows(path, ("patientId", "class")):
        image, kind = row["patientId"], row["class"]
        if kind not in CLASSES:
            raise DataError(f"{where}: class {kind!r} is not one of {', '.join(CLASSES)}")
        if found.setdefault(image, kind) != kind:
            raise DataError(f"{where}: patientId {image!r} is {kind!r} here and {found[image]!r} above")
    return found


def read_opacity_boxes(path: Path, classes: dict[str, str]) -> dict[str, list[Box]]:
    """Image -> boxes in 1024 px. Raises DataError when Target contradicts the class of the other table."""
    found: dict[str, list[Box]] = defaultdict(list)
    for where, row in tables.rows(path, ("patientId", *BOX_COLUMNS, "Target")):
        image, target = row["patientId"], row["Target"]
        if image not in classes:
            raise DataError(f"{where}: patientId {image!r} has no row in stage_2_detailed_class_info.csv")
        if target not in ("0", "1"):
            raise DataError(f"{where}: Target {target!r} is not 0 or 1")
        if (target == "1") != (classes[image] == CLASSES[1]):
            raise DataError(f"{where}: Target {target} contradicts class {classes[image]!r}")
        if target == "1":
            numbers = [tables.number(row[name], where, name) for name in BOX_COLUMNS]
            found[image].append(checked_box("lung_opacity", numbers, SIDE, SIDE, where))
    return dict(found)


def read_people(path: Path) -> dict[str, str]:
    """RSNA image -> the NIH patient it came from, from a labels.csv with rsna_patientId and patient."""
    people = {}
    for where, row in tables.rows(path, ("rsna_patientId", "patient")):
        if row["rsna_patientId"]:
            people[row["rsna_patientId"]] = f"nih-{int(tables.number(row['patient'], where, 'patient'))}"
    return people
