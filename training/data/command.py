"""`python -m training data check FOLDER`: is a data folder what it claims to be, before hours of training."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from training.data.chestxray14 import read_chestxray14
from training.data.chestxray14_320 import read_chestxray14_320
from training.data.records import FINDINGS, DataError, Record
from training.data.rsna import read_rsna
from training.data.splits import read_split

READERS = {"chestxray14": read_chestxray14, "chestxray14_320": read_chestxray14_320, "rsna": read_rsna}
SIGNS = {"chestxray14": "Data_Entry_2017.csv", "chestxray14_320": "labels.csv", "rsna": "stage_2_train_labels.csv"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["check"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", choices=list(READERS), help="layout; found from the folder's tables when left out")
    parser.add_argument("--split", type=Path, help="a split.csv to check against the records")
    parser.add_argument("--json", action="store_true", help="print one JSON document to stdout")


def run(args: argparse.Namespace) -> int:
    """0 sound, 1 a DataError, printed in one line."""
    try:
        records = read_folder(args.folder, args.name)
        splits = Counter(read_split(args.split, records).values()) if args.split else Counter()
    except DataError as error:
        print(f"data check: {error}", file=sys.stderr)
        return 1
    report = summary(records)
    if splits:
        report["splits"] = dict(splits)
    if args.json:
        print(json.dumps(report))
    else:
        for key, value in report.items():
            print(f"{key}: {value}")
    return 0


def read_folder(folder: Path, name: str | None = None) -> list[Record]:
    """Records of a folder in any layout. Raises DataError when the layout is not recognised."""
    folder = Path(folder)
    found = [key for key, table in SIGNS.items() if (folder / table).is_file()] if name is None else [name]
    if not found:
        raise DataError(f"folder {folder.name!r} has none of the tables {', '.join(SIGNS.values())}")
    return READERS[found[0]](folder)


def summary(records: list[Record]) -> dict[str, Any]:
    """Counts of images, patients, views, boxes and labels."""
    images: defaultdict[str, int] = defaultdict(int)
    for record in records:
        images[record.patient] += 1
    labels = {key: Counter(str(record.labels.get(key)) for record in records) for key in FINDINGS}
    return {
        "images": len(records),
        "patients": len(images),
        "most images of one patient": max(images.values()),
        "views": dict(Counter(record.view or "not stated" for record in records)),
        "boxes": dict(Counter(box.key for record in records for box in record.boxes)),
        **{key: {"present": c["1"], "absent": c["0"], "unknown": c["None"]} for key, c in labels.items()},
    }
