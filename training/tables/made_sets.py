"""Made images for smoke runs, drawn once per layout into the output folder."""

from __future__ import annotations

from pathlib import Path

from training.data.atomic_file import new_folder
from training.data.paper_splits import CLASSES_003
from training.data.settings import DataSettings
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData
from training.settings_reader import ExperimentError

SIDE = 96
# Every class of a split by patient needs a few people; the layouts' own order of classes does the rest.
VIEWS_OF_ONE = 1


def made_folder(settings: DataSettings, count: int, out: Path) -> Path:
    """A folder with made images in the layout of this data set. Raises ExperimentError for a layout that cannot be drawn."""
    if settings.name not in LAYOUTS:
        raise ExperimentError(f"data name {settings.name!r} cannot be drawn; allowed are {', '.join(LAYOUTS)}")
    folder = out / "made" / f"{settings.name}-{count}"
    if folder.is_dir():
        return folder
    classes = CLASSES_003 if settings.name == "chestxray14" else ()
    third = 0.0 if settings.name == "rsna" else None
    made = MadeData(count=count, size=SIDE, fast=True, classes=classes, third_class=third, per_patient=VIEWS_OF_ONE)
    with new_folder(folder) as partial:
        LAYOUTS[settings.name](partial, made, lambda name: None)
    return folder
