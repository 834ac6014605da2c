"""Several data sets as one: a folder whose folders are one each (a link to one will do)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from training.data.folder import SPLIT_NAMES, TABLE, read_folder
from training.data.records import DataError
from training.data.reviewed import finding_columns, read_reviewed
from training.data.samples import MULTILABEL, UNKNOWN, Sample, SampleSet
from training.data.settings import DataSettings

SIGN = "parts.txt"  # says that a folder is one of parts; a split in it is that of every image, for rule `given`
READERS: dict[str, Callable[[DataSettings, Path, bool], SampleSet]] = {"cases.csv": read_reviewed, TABLE: read_folder}


def read_parts(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """The samples of all parts (layouts `reviewed` and `folder`), for the classes that the settings name; a class that a part
    does not know is unknown there. Image ids and patients carry the part's name: nobody is the same person in two parts, as far
    as pseudonyms can tell. Raises DataError: no classes named, no part, a part without any of the classes."""
    if not settings.classes:
        raise DataError("data parts: name the classes; each part may know others")
    found: list[Sample] = []
    parts = sorted(path for path in folder.iterdir() if path.is_dir())
    split = (folder / SIGN).read_text(encoding="utf-8").strip()
    if split not in SPLIT_NAMES:
        raise DataError(f"data parts: {SIGN} {split[:40]!r} is not one of {', '.join(SPLIT_NAMES[:-1])} or empty")
    for part in parts:
        found += _samples(settings, part, check_files)
    if not parts:
        raise DataError(f"data parts: folder {folder.name!r} holds no folder; each part is one")
    if split:
        found = [replace(sample, official_split=split) for sample in found]
    return SampleSet("parts", MULTILABEL, settings.classes, tuple(found))


def _samples(settings: DataSettings, part: Path, check_files: bool) -> list[Sample]:
    table = next((name for name in READERS if (part / name).is_file()), "")
    if not table:
        raise DataError(f"data parts: part {part.name!r} has none of the tables {', '.join(READERS)}")
    columns = finding_columns(part / table)
    known = tuple(name for name in settings.classes if name in columns)
    if not known:
        raise DataError(
            f"data parts: part {part.name!r} knows none of the classes {', '.join(settings.classes)}; its columns are"
            f" {', '.join(columns)}"
        )
    own = READERS[table](replace(settings, classes=known), part, check_files)
    return [_in_part(sample, part.name, known, settings.classes) for sample in own.samples]


def _in_part(sample: Sample, part: str, known: tuple[str, ...], classes: tuple[str, ...]) -> Sample:
    labels = dict(zip(known, sample.labels, strict=True))
    weights = dict(zip(known, sample.weights, strict=True)) if sample.weights else {}
    return replace(
        sample,
        image_id=f"{part}/{sample.image_id}",
        patient=f"{part}/{sample.patient}",
        labels=tuple(labels.get(name, UNKNOWN) for name in classes),
        weights=tuple(weights.get(name, 1.0) for name in classes) if weights else (),
        mask_columns=tuple(classes.index(known[column]) for column in sample.mask_columns),
    )
