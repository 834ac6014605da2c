"""NIH ChestX-ray14 in its published layout: images/ or images_001..012/images/, Data_Entry_2017.csv, BBox_List_2017.csv."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from training.data import tables
from training.data.nih_labels import box_finding, finding_labels, parse_labels
from training.data.records import Box, DataError, Record, checked_box

SIDE = 1024  # every published PNG is 1024 x 1024; the boxes are in that frame
COLUMNS = ("Image Index", "Finding Labels", "Patient ID", "Patient Age", "Patient Gender", "View Position")


def read_chestxray14(folder: Path) -> list[Record]:
    """All images that Data_Entry_2017.csv lists and the folder holds, in table order.

    A listed image that is absent is left out, because a copy of some of the twelve archives is the usual case; to have
    none of them is an error. Raises DataError.
    """
    folder = Path(folder)
    files = image_files(folder)
    boxes = read_boxes(folder / "BBox_List_2017.csv")
    records = []
    seen: set[str] = set()
    for where, row in tables.rows(folder / "Data_Entry_2017.csv", COLUMNS):
        name = row["Image Index"]
        if name in seen:
            raise DataError(f"{where}: image {name!r} is listed twice; each image has one row")
        seen.add(name)
        if name in files:
            records.append(_record(files[name], row, boxes.get(name, []), where))
    if not records:
        raise DataError(f"Data_Entry_2017.csv: none of its {len(seen)} images lies in images/ or images_*/images/")
    return records


def image_files(folder: Path) -> dict[str, Path]:
    """File name -> path of every PNG in images/ or images_001..012/images/."""
    places = [folder / "images", *sorted(folder.glob("images_*/images"))]
    return {path.name: path for place in places if place.is_dir() for path in sorted(place.glob("*.png"))}


def _record(path: Path, row: dict[str, str], boxes: list[Box], where: str) -> Record:
    return Record(
        image_path=path,
        image_id=path.stem,
        patient=f"nih-{int(tables.number(row['Patient ID'], where, 'Patient ID'))}",
        view=tables.view(row["View Position"], where),
        labels=finding_labels(parse_labels(row["Finding Labels"], where)),
        boxes=boxes,
        source="chestxray14",
        age_years=nih_age(row["Patient Age"], where),
        sex=row["Patient Gender"],
    )


def nih_age(text: str, where: str) -> float | None:
    """Years; older tables write 058Y, some ages are above 120 by typing error and become unknown."""
    years = tables.number(text.rstrip("Yy"), where, "Patient Age")
    return years if 0 <= years <= 120 else None


def read_boxes(path: Path) -> dict[str, list[Box]]:
    """Image name -> boxes of our findings, in 1024 px. An absent table means no boxes.

    Read by position: the header `Image Index,Finding Label,Bbox [x,y,w,h]` has commas inside a name.
    """
    found: dict[str, list[Box]] = defaultdict(list)
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.reader(handle)
        next(reader, None)
        for cells in reader:
            where = f"{path.name} row {reader.line_num}"
            if len(cells) < 6:
                raise DataError(f"{where}: {len(cells)} cells; allowed are at least 6: image, label, x, y, w, h")
            key = box_finding(cells[1], where)
            numbers = [tables.number(cell, where, "box") for cell in cells[2:6]]
            if key is not None:
                found[cells[0]].append(checked_box(key, numbers, SIDE, SIDE, where))
    return dict(found)
