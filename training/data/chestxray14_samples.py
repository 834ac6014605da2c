"""ChestX-ray14 (Wang et al., CVPR 2017) and its 320-px copy with the labels that a paper names, boxes per class.

003 keeps images with a single label and four classes; the multi-label set has fourteen. Paper 000's label
"Pleural Effusion" is ChestX-ray14's "Effusion".
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from training.data import tables
from training.data.nih_labels import BOX_FINDING, BOX_SPELLING, NIH_LABELS, finding_labels, parse_labels
from training.data.records import FINDINGS, Box, DataError, checked_box
from training.data.samples import MULTILABEL, SINGLE, UNKNOWN, Sample, SampleSet
from training.data.settings import DataSettings

SIDE = 1024  # every published PNG is 1024 x 1024; all boxes are in that frame
COLUMNS = ("Image Index", "Finding Labels", "Patient ID", "Patient Age", "Patient Gender", "View Position")
SIDE_320 = 320
COLUMNS_320 = ("nih_image", "nih_labels", "patient", "view", "nih_bbox_xywh_1024")
NO_FINDING = "No Finding"
FOURTEEN = tuple(label for label in NIH_LABELS if label != NO_FINDING)
PAPER_003 = ("Atelectasis", "Effusion", "Infiltration", NO_FINDING)  # alphabetical, as Keras orders folders
COPY_320 = (NO_FINDING, "Pneumonia")  # what the small copy was drawn for
ALIASES = {"Pleural Effusion": "Effusion"}
OFFICIAL_LISTS = {"train_val": "train_val_list.txt", "test": "test_list.txt"}


@dataclass(frozen=True)
class NihImage:
    """One row before a task is chosen. boxes: keys are ChestX-ray14's labels, pixels of the file."""

    path: Path
    labels: frozenset[str]
    patient: str
    view: str
    boxes: tuple[Box, ...]
    official_split: str = ""
    age_years: float | None = None
    sex: str = ""


def read_chestxray14_samples(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """Default: multi-label with the fourteen labels; task single: 003's four classes. Listed images that are absent are
    left out, as copies of some of the twelve archives are the usual case. Raises DataError."""
    default = PAPER_003 if settings.task == SINGLE else FOURTEEN
    return nih_sample_set("chestxray14", settings, default, _images(folder, check_files))


def read_chestxray14_320_samples(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """The small copy, a stand-in for small runs of 000 and 003. Default: single, No Finding against Pneumonia, where
    further labels do not count (`one-of-classes`). Raises DataError."""
    if not settings.labels:
        settings = replace(settings, labels="one-of-classes")
    images = _images_320(folder, check_files)
    return nih_sample_set("chestxray14_320", settings, COPY_320, images, SINGLE)


def nih_sample_set(
    name: str,
    settings: DataSettings,
    default: tuple[str, ...],
    images: Iterator[NihImage],
    default_task: str = MULTILABEL,
) -> SampleSet:
    """The images that suit the task, with labels by class. Raises DataError for a class that is no ChestX-ray14 label."""
    task, classes = settings.task or default_task, settings.classes or default
    if task == MULTILABEL and set(classes) <= set(FINDINGS):
        return _finding_set(name, settings, classes, images)
    wanted = [ALIASES.get(own, own) for own in classes]
    for own, label in zip(classes, wanted, strict=True):
        if label not in NIH_LABELS:
            raise DataError(
                f"data {name}: class {own!r} is not one of {', '.join((*NIH_LABELS, *ALIASES))}; a multilabel set may also be of"
                f" {', '.join(FINDINGS)} alone"
            )
    samples = []
    for image in images:
        if not settings.takes_view(image.view) or (
            task == SINGLE and not _has_one_class(image, wanted, settings.labels)
        ):
            continue
        labels = tuple(float(label in image.labels) for label in wanted)
        boxes = tuple(Box(classes[wanted.index(box.key)], *box[1:]) for box in image.boxes if box.key in wanted)
        samples.append(
            Sample(
                image.path, image.path.stem, image.patient, labels, boxes, view=image.view,
                official_split=image.official_split, age_years=image.age_years, sex=image.sex,
            )
        )  # fmt: skip
    return SampleSet(name, task, classes, tuple(samples))


def _finding_set(name: str, settings: DataSettings, classes: tuple[str, ...], images: Iterator[NihImage]) -> SampleSet:
    """The labels read as Sightline's findings, unknown where they do not say (nih_labels)."""
    samples = []
    for image in images:
        if not settings.takes_view(image.view):
            continue
        found = finding_labels(image.labels)
        boxes = ((BOX_FINDING.get(box.key), box) for box in image.boxes)
        samples.append(
            Sample(
                image.path, image.path.stem, image.patient,
                tuple(UNKNOWN if found[key] is None else float(found[key] or 0) for key in classes),
                tuple(Box(key, *box[1:]) for key, box in boxes if key in classes), view=image.view,
                official_split=image.official_split, age_years=image.age_years, sex=image.sex,
            )
        )  # fmt: skip
    return SampleSet(name, MULTILABEL, classes, tuple(samples))


def _has_one_class(image: NihImage, wanted: list[str], choice: str) -> bool:
    found = image.labels.intersection(wanted)
    return len(found) == 1 and (choice == "one-of-classes" or len(image.labels) == 1)


def _images(folder: Path, check_files: bool) -> Iterator[NihImage]:
    files = _image_files(folder) if check_files else {}
    boxes = _class_boxes(folder / "BBox_List_2017.csv")
    official = _official_splits(folder)
    count, default = 0, folder / "images"
    for where, row in tables.rows(folder / "Data_Entry_2017.csv", COLUMNS):
        name = row["Image Index"]
        if check_files and name not in files:
            continue
        count += 1
        yield NihImage(
            path=files[name] if check_files else default / name,
            labels=parse_labels(row["Finding Labels"], where),
            patient=f"nih-{int(tables.number(row['Patient ID'], where, 'Patient ID'))}",
            view=tables.view(row["View Position"], where),
            boxes=tuple(boxes.get(name, ())),
            official_split=official.get(name, ""),
            age_years=_nih_age(row["Patient Age"], where),
            sex=row["Patient Gender"],
        )
    if not count:
        raise DataError("Data_Entry_2017.csv: none of its images lies in images/ or images_*/images/")


def _images_320(folder: Path, check_files: bool) -> Iterator[NihImage]:
    scale = SIDE_320 / SIDE
    for where, row in tables.rows(folder / "labels.csv", COLUMNS_320):
        path = folder / "images" / f"{Path(row['nih_image']).stem}.jpg"
        if check_files and not path.is_file():
            raise DataError(f"{where}: image images/{path.name} is missing; every row needs its file")
        boxes: list[Box] = []
        for part in filter(None, row["nih_bbox_xywh_1024"].split(";")):
            label, colon, numbers = part.partition(":")
            if not colon:
                raise DataError(f"{where}: nih_bbox_xywh_1024 {part!r} is not Finding:x,y,w,h")
            boxes += tables.boxes(numbers, _box_label(label, where), SIDE, scale, where)
        yield NihImage(
            path=path,
            labels=parse_labels(row["nih_labels"], where),
            patient=f"nih-{int(tables.number(row['patient'], where, 'patient'))}",
            view=tables.view(row["view"], where),
            boxes=tuple(boxes),
        )


def _image_files(folder: Path) -> dict[str, Path]:
    """File name -> path of every PNG in images/ or images_001..012/images/."""
    places = [folder / "images", *sorted(folder.glob("images_*/images"))]
    return {path.name: path for place in places if place.is_dir() for path in sorted(place.glob("*.png"))}


def _nih_age(text: str, where: str) -> float | None:
    """Years; older tables write 058Y, some ages are above 120 by typing error and become unknown."""
    years = tables.number(text.rstrip("Yy"), where, "Patient Age")
    return years if 0 <= years <= 120 else None


def _class_boxes(path: Path) -> dict[str, list[Box]]:
    """Image name -> boxes of all eight findings, in 1024 px, keys as in Data_Entry_2017.csv; no table, no boxes.

    Read by position: the header `Image Index,Finding Label,Bbox [x,y,w,h]` has commas inside a name. Raises DataError.
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
            numbers = [tables.number(cell, where, "box") for cell in cells[2:6]]
            found[cells[0]].append(checked_box(_box_label(cells[1], where), numbers, SIDE, SIDE, where))
    return dict(found)


def _box_label(text: str, where: str) -> str:
    label = BOX_SPELLING.get(text, text)
    if label not in NIH_LABELS:
        raise DataError(f"{where}: box label {text!r} is not one of {', '.join(NIH_LABELS)}")
    return label


def _official_splits(folder: Path) -> dict[str, str]:
    """File name -> train_val or test, of the lists that are there."""
    found = {}
    for split, name in OFFICIAL_LISTS.items():
        if (folder / name).is_file():
            found.update(dict.fromkeys((folder / name).read_text(encoding="utf-8").split(), split))
    return found
