"""Cases that readers of the application have reviewed, as it exports them: cases.csv and images/*.dcm."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from inference.file_sha256 import file_sha256
from training.data import tables
from training.data.chexpert import label_value, uncertain_policy
from training.data.records import Box, DataError, checked_box
from training.data.samples import MULTILABEL, UNKNOWN, Sample, SampleSet
from training.data.settings import DataSettings

# All other columns are findings.
COLUMNS = ("file", "sha256", "patient", "view", "boxes", "readers", "bundle")
KIND_COLUMNS = ("kinds", "unaided", "draw_probability")  # not in sets that were exported before labels had kinds
PERSON_COLUMNS = ("age", "sex")  # of tables that somebody has added them to
AIDED = "aided"
LABEL_KINDS = ("unaided", AIDED, "panel", "imported", "later")
SHA256 = re.compile(r"[0-9a-f]{64}")
FAR = 1e6  # a case's size is in its DICOM header; boxes are checked against the pixels when they are read


def read_reviewed(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """One sample per row, multi-label; classes are all finding columns unless the settings name some.

    A blank label was not judged and is unknown, unlike CheXpert's; -1 follows the policy (default ignore). boxes:
    `finding:x,y,w,h;…` in source pixels. kinds: a label that is `aided` counts for `aided_weight`, every other one for 1;
    in sets from before labels had kinds all count for 1. image id = file name without suffix. Raises DataError.
    """
    table = folder / "cases.csv"
    findings = finding_columns(table)
    classes = settings.known_classes(findings)
    policy = uncertain_policy(settings.policy, "ignore")
    if settings.task not in ("", MULTILABEL):
        raise DataError(f"data reviewed: task {settings.task!r} is not {MULTILABEL}")
    samples = []
    for where, row in tables.rows(table, (*COLUMNS, *classes)):
        inner = Path(row["file"])
        if inner.is_absolute() or ".." in inner.parts or not inner.name:
            raise DataError(f"{where}: file {row['file']!r} is not a path below the folder, such as images/1.dcm")
        if check_files and not (folder / inner).is_file():
            raise DataError(f"{where}: file {row['file']} is missing; every row needs its file")
        if not row["patient"].strip():
            raise DataError(f"{where}: patient is empty; splits need the patient's pseudonym")
        _sha256(row["sha256"], where)
        view = tables.view(row["view"], where)
        if settings.takes_view(view):
            labels = tuple(label_value(row[name], name, policy, where, blank=UNKNOWN) for name in classes)
            boxes = tuple(box for box in named_boxes(row["boxes"], findings, where, FAR) if box.key in classes)
            weights = label_weights(row.get("kinds") or "", classes, findings, settings.aided_weight, where)
            age = (row.get("age") or "").strip()
            samples.append(
                Sample(
                    folder / inner, inner.stem, row["patient"], labels, boxes, view=view, weights=weights,
                    age_years=tables.number(age, where, "age") if age else None, sex=row.get("sex") or "",
                )
            )  # fmt: skip
    return SampleSet("reviewed", MULTILABEL, classes, tuple(samples))


def label_weights(
    cell: str, classes: tuple[str, ...], findings: tuple[str, ...], aided_weight: float, where: str
) -> tuple[float, ...]:
    """By class; () where every label counts for 1. cell: `finding:kind;…`. Raises DataError for a kind that is not known."""
    kinds: dict[str, str] = {}
    for part in filter(None, cell.split(";")):
        name, _, kind = part.partition(":")
        if name not in findings or kind not in LABEL_KINDS:
            raise DataError(f"{where}: kind {part!r} is not FINDING:KIND with a kind of {', '.join(LABEL_KINDS)}")
        kinds[name] = kind
    weights = tuple(aided_weight if kinds.get(name) == AIDED else 1.0 for name in classes)
    return weights if min(weights, default=1.0) < 1 else ()


def finding_columns(table: Path, own: tuple[str, ...] = (*COLUMNS, *KIND_COLUMNS, *PERSON_COLUMNS)) -> tuple[str, ...]:
    """The columns of a table that are findings: all but its own, in order. Raises DataError when there is none."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as handle, tables.readable_text(table):
            header = next(csv.reader(handle), [])
    except OSError as error:
        raise DataError(f"{table.name}: cannot be read in folder {table.parent.name!r} ({error.strerror})") from error
    found = tuple(name for name in header if name not in own)
    if not found:
        raise DataError(f"{table.name} row 1: no finding column; every column except {', '.join(own)} is one")
    return found


def changed_files(folder: Path) -> list[str]:
    """One line for each file whose SHA-256 is not the one in cases.csv, or that is missing."""
    found = []
    for where, row in tables.rows(folder / "cases.csv", COLUMNS):
        path = folder / row["file"]
        if not path.is_file():
            found.append(f"{where}: file {row['file']} is missing")
        elif file_sha256(path) != row["sha256"]:
            found.append(f"{where}: file {row['file']} is not the one that was exported: its SHA-256 differs")
    return found


def _sha256(text: str, where: str) -> None:
    if not SHA256.fullmatch(text):
        raise DataError(f"{where}: sha256 {text!r} is not 64 lower-case hexadecimal digits")


def named_boxes(cell: str, findings: tuple[str, ...], where: str, side: float) -> list[Box]:
    """Boxes of a cell `FINDING:x,y,w,h;…` in a frame of `side` pixels. Raises DataError."""
    found = []
    for part in filter(None, cell.split(";")):
        key, colon, numbers = part.partition(":")
        if not colon or key not in findings:
            raise DataError(f"{where}: box {part!r} is not FINDING:x,y,w,h with a finding of {', '.join(findings)}")
        values = [tables.number(number, where, "box") for number in numbers.split(",")]
        found.append(checked_box(key, values, side, side, where))
    return found
