"""Every data set by name, and where its folder lies."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.data.busi import read_busi
from training.data.chestxray14_samples import read_chestxray14_320_samples, read_chestxray14_samples
from training.data.chexpert import read_chexpert
from training.data.cub import read_cub
from training.data.folder import TABLE, read_folder, read_phantoms
from training.data.parts import SIGN, read_parts
from training.data.records import DataError
from training.data.reviewed import read_reviewed
from training.data.rsna_samples import read_rsna_samples
from training.data.samples import SINGLE, SampleSet
from training.data.settings import DataSettings
from training.data.tabular import read_tabular

__all__ = ["DATASETS", "DataSettings", "Dataset", "find_folder", "read_samples", "recognise"]

Reader = Callable[[DataSettings, Path, bool], SampleSet]


@dataclass(frozen=True)
class Dataset:
    """read: settings, folder, whether every file must exist -> samples. signs: any of these in a folder says that it is
    the data set. folders: usual names below a common parent."""

    read: Reader
    signs: tuple[str, ...]
    folders: tuple[str, ...]


DATASETS: dict[str, Dataset] = {
    "chexpert": Dataset(
        read_chexpert, ("train.csv", "valid.csv"), ("CheXpert-v1.0-small", "CheXpert-v1.0", "chexpert")
    ),
    "chestxray14": Dataset(read_chestxray14_samples, ("Data_Entry_2017.csv",), ("chestxray14", "ChestX-ray14")),
    "chestxray14_320": Dataset(read_chestxray14_320_samples, ("labels.csv",), ("chestxray14_320",)),
    "rsna": Dataset(read_rsna_samples, ("stage_2_train_labels.csv",), ("rsna", "rsna-pneumonia-detection-challenge")),
    "busi": Dataset(read_busi, ("benign", "malignant"), ("Dataset_BUSI_with_GT", "busi")),
    "cub": Dataset(read_cub, ("image_class_labels.txt",), ("CUB_200_2011", "cub")),
    "reviewed": Dataset(read_reviewed, ("cases.csv",), ("reviewed",)),
    "parts": Dataset(read_parts, (SIGN,), ()),
    "folder": Dataset(read_folder, (TABLE,), ()),
    "phantoms": Dataset(read_phantoms, (TABLE,), ("phantoms",)),
    "tabular": Dataset(read_tabular, ("features.csv",), ("tabular",)),
}


def read_samples(settings: DataSettings, folder: Path, *, check_files: bool = True) -> SampleSet:
    """The samples of a data set, sorted by image id.

    folder: the data set's own, or a parent that holds it under its usual name. check_files: False reads the tables
    alone. Raises DataError: unknown name, missing table or file, bad row, a class without an image.
    """
    if settings.name not in DATASETS:
        raise DataError(f"data name {settings.name!r} is not one of {', '.join(DATASETS)}")
    read = DATASETS[settings.name].read(settings, find_folder(settings.name, folder), check_files)
    ordered = tuple(sorted(read.samples, key=lambda sample: sample.image_id))
    samples = SampleSet(read.name, read.task, read.classes, ordered, read.channels)
    _require_distinct(samples)
    _require_classes(samples, bool(settings.classes))
    return samples


def find_folder(name: str, folder: Path) -> Path:
    """The data set's own folder in or below `folder`. Raises DataError."""
    folder = Path(folder)
    dataset = DATASETS[name]
    for place in (folder, *(folder / own for own in dataset.folders)):
        if any((place / sign).exists() for sign in dataset.signs):
            return place
    raise DataError(
        f"folder {folder.name!r} is not data set {name}: neither it nor {', '.join(dataset.folders)} in it has"
        f" {' or '.join(dataset.signs)}"
    )


def recognise(folder: Path) -> str:
    """The name of the data set whose own folder this is. Raises DataError."""
    for name, dataset in DATASETS.items():
        if all((Path(folder) / sign).exists() for sign in dataset.signs[:1]):
            return name
    signs = ", ".join(dataset.signs[0] for dataset in DATASETS.values())
    raise DataError(f"folder {Path(folder).name!r} has none of the tables {signs}")


def _require_distinct(samples: SampleSet) -> None:
    for first, second in zip(samples.samples, samples.samples[1:], strict=False):
        if first.image_id == second.image_id:
            raise DataError(f"{samples.name}: image {first.image_id!r} is listed twice; each image has one row")


def _require_classes(samples: SampleSet, is_named: bool) -> None:
    """Every class of a single-label set, and every class that the settings name, has an image."""
    if not samples.samples:
        raise DataError(f"{samples.name}: no image is left of these settings; at least one is needed")
    if samples.task != SINGLE and not is_named:
        return
    for index, name in enumerate(samples.classes):
        if not any(sample.labels[index] > 0 for sample in samples.samples if not math.isnan(sample.labels[index])):
            raise DataError(f"{samples.name}: class {name!r} has no image; every class needs one")
