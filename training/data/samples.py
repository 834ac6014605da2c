"""One image of a data set with everything the methods need, and the set of them with its classes.

Every paper names its own classes, so a sample carries its labels by position in the set's `classes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.data.records import Box, DataError

MULTILABEL, SINGLE = "multilabel", "single"
TASKS = (MULTILABEL, SINGLE)
UNKNOWN = math.nan

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sample:
    """One image.

    labels: one value per class of the set: 1 present, 0 absent, NaN unknown (left out of loss and metrics); a value
    between is a soft label. boxes: pixels of the file, keys are class names. mask_paths: pictures whose pixels >= 128 are
    the lesion, OR-ed; empty with has_mask = True says "no lesion", has_mask = False says "not known". crop: x, y, w, h in
    pixels of the file, when only this part of it is the image. official_split: the publisher's own, "" without one.
    mask_columns: the class of each mask by its position in the set's classes; () = masks of the image. drawn: a phantom.
    weights: what each label counts for in the loss, 0..1, by class; () = 1 each.
    """

    image_path: Path
    image_id: str
    patient: str
    labels: tuple[float, ...]
    boxes: tuple[Box, ...] = ()
    mask_paths: tuple[Path, ...] = ()
    has_mask: bool = False
    view: str = ""
    crop: Rectangle | None = None
    official_split: str = ""
    age_years: float | None = None
    sex: str = ""
    mask_columns: tuple[int, ...] = ()
    drawn: bool = False
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class SampleSet:
    """Images of one data set for one task.

    task: `multilabel` (a sigmoid per class; one class alone is the binary case) or `single` (softmax; labels one-hot).
    channels: 1 (radiographs, ultrasound) or 3 (CUB photographs). Raises DataError for labels that do not suit.
    """

    name: str
    task: str
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    channels: int = 1

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise DataError(f"{self.name}: task {self.task!r} is not one of {', '.join(TASKS)}")
        for sample in self.samples:
            if len(sample.labels) != len(self.classes):
                raise DataError(
                    f"{self.name}: image {sample.image_id!r} has {len(sample.labels)} labels; allowed are"
                    f" {len(self.classes)}: {', '.join(self.classes)}"
                )
            if self.task == SINGLE and sorted(sample.labels) != [0.0] * (len(self.classes) - 1) + [1.0]:
                raise DataError(f"{self.name}: image {sample.image_id!r} is not of exactly one class")

    def __len__(self) -> int:
        return len(self.samples)

    def only(self, image_ids: Sequence[str]) -> SampleSet:
        """The samples of these ids, in this order. Raises DataError for an id that is not there."""
        by_id = {sample.image_id: sample for sample in self.samples}
        for image_id in image_ids:
            if image_id not in by_id:
                raise DataError(f"{self.name}: image {image_id!r} is not in the data set")
        chosen = tuple(by_id[image_id] for image_id in image_ids)
        return self.with_samples(chosen)

    def with_samples(self, chosen: Sequence[Sample]) -> SampleSet:
        """The same set of other samples."""
        return replace(self, samples=tuple(chosen))
