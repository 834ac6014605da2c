"""RSNA Pneumonia Detection Challenge 2018 as papers 001 (K = 1, multilabel) and 004 (two classes, single) take it."""

from __future__ import annotations

from pathlib import Path

from training.data.records import Box, DataError
from training.data.rsna import CLASSES, read_classes, read_opacity_boxes, read_people
from training.data.samples import MULTILABEL, SINGLE, Sample, SampleSet
from training.data.settings import DataSettings

NORMAL, OPACITY, THIRD = CLASSES
PEOPLE_TABLE = Path("chestxray14_320") / "labels.csv"


def read_rsna_samples(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """multilabel (default): one class, Lung Opacity. single: Normal, Lung Opacity and, with third_class = class, the third.

    Patients are the challenge's, one per image, unless ../chestxray14_320/labels.csv gives the NIH patient behind an
    image: then 208 images of the small sample are 165 people. Raises DataError.
    """
    task = settings.task or MULTILABEL
    classes = settings.classes or _default_classes(task, settings.third_class)
    for name in classes:
        if name not in CLASSES:
            raise DataError(f"data rsna: class {name!r} is not one of {', '.join(CLASSES)}")
    kinds = read_classes(folder / "stage_2_detailed_class_info.csv")
    boxes = read_opacity_boxes(folder / "stage_2_train_labels.csv", kinds)
    join = folder.parent / PEOPLE_TABLE
    people = read_people(join) if join.is_file() else {}
    samples = []
    for image, kind in kinds.items():
        if kind == THIRD and settings.third_class == "drop":
            continue
        shown = NORMAL if kind == THIRD and settings.third_class == "negative" and task == SINGLE else kind
        if task == SINGLE and shown not in classes:
            continue
        path = folder / "stage_2_train_images" / f"{image}.dcm"
        if check_files and not path.is_file():
            raise DataError(f"stage_2_detailed_class_info.csv: image stage_2_train_images/{path.name} is missing")
        labels = tuple(float(name == shown) for name in classes)
        own = tuple(Box(OPACITY, *box[1:]) for box in boxes.get(image, ())) if OPACITY in classes else ()
        samples.append(Sample(path, image, people.get(image, f"rsna-{image}"), labels, own))
    return SampleSet("rsna", task, classes, tuple(samples))


def _default_classes(task: str, third_class: str) -> tuple[str, ...]:
    if third_class == "class":
        return CLASSES if task == SINGLE else (OPACITY, THIRD)
    return (NORMAL, OPACITY) if task == SINGLE else (OPACITY,)
