"""The 320-px copy of a part of ChestX-ray14 with merged labels: labels.csv and images/STEM.jpg."""

from __future__ import annotations

from pathlib import Path

from training.data import tables
from training.data.nih_labels import box_finding, finding_labels, parse_labels
from training.data.records import Box, DataError, Record

SIDE = 320
BOX_SIDE = 1024  # frame of all boxes in labels.csv
COLUMNS = ("nih_image", "nih_labels", "patient", "view", "rsna_boxes_xywh_1024", "nih_bbox_xywh_1024")


def read_chestxray14_320(folder: Path, *, use_rsna_boxes: bool = False) -> list[Record]:
    """One Record per row of labels.csv, boxes scaled to 320 px. Raises DataError.

    use_rsna_boxes adds the challenge's boxes to the NIH ones. The challenge's terms allow them for evaluation only:
    never train on records read with it.
    """
    folder = Path(folder)
    records: list[Record] = []
    seen: set[str] = set()
    for where, row in tables.rows(folder / "labels.csv", COLUMNS):
        stem = Path(row["nih_image"]).stem
        if stem in seen:
            raise DataError(f"{where}: image {stem!r} is listed twice; each image has one row")
        seen.add(stem)
        path = folder / "images" / f"{stem}.jpg"
        if not path.is_file():
            raise DataError(f"{where}: image images/{path.name} is missing; every row needs its file")
        records.append(_record(path, row, where, use_rsna_boxes))
    if not records:
        raise DataError("labels.csv: no rows; at least one image is needed")
    return records


def _record(path: Path, row: dict[str, str], where: str, use_rsna_boxes: bool) -> Record:
    scale = SIDE / BOX_SIDE
    boxes = _named_boxes(row["nih_bbox_xywh_1024"], scale, where)
    if use_rsna_boxes:
        boxes += tables.boxes(row["rsna_boxes_xywh_1024"], "lung_opacity", BOX_SIDE, scale, where)
    return Record(
        image_path=path,
        image_id=path.stem,
        patient=f"nih-{int(tables.number(row['patient'], where, 'patient'))}",
        view=tables.view(row["view"], where),
        labels=finding_labels(parse_labels(row["nih_labels"], where)),
        boxes=boxes,
        source="chestxray14_320",
    )


def _named_boxes(cell: str, scale: float, where: str) -> list[Box]:
    """Boxes of a cell `Pneumonia:x,y,w,h;…`; those of labels that we do not model are left out."""
    found: list[Box] = []
    for part in filter(None, cell.split(";")):
        label, colon, numbers = part.partition(":")
        if not colon:
            raise DataError(f"{where}: nih_bbox_xywh_1024 {part!r} is not Finding:x,y,w,h")
        key = box_finding(label, where)
        if key is not None:
            found += tables.boxes(numbers, key, BOX_SIDE, scale, where)
    return found
