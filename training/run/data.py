"""The images of a row: split by patient, prepared once, cut into the four sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.paper_splits import EVALUATION, SELECTION, SPLITS, assign_splits, write_assignment
from training.data.prepared import PreparedSet, data_fingerprint, prepare
from training.data.samples import SampleSet
from training.data.split_settings import apply_split_settings
from training.run.files import RunError, write_json
from training.run.folder import RowFolder
from training.run.scaling import Limits
from training.run.settings import REPORTED_SPLITS, RowSettings


@dataclass(frozen=True)
class RowData:
    """samples: of the whole data set. assignment: image id -> split. prepared: all images of the four splits."""

    samples: SampleSet
    assignment: Mapping[str, str]
    prepared: PreparedSet

    @property
    def task(self) -> str:
        """multilabel or single."""
        return self.samples.task

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the logits."""
        return self.samples.classes

    def of(self, *splits: str) -> PreparedSet:
        """The images of these splits. Raises RunError when there is none."""
        rows = [row for row, image in enumerate(self.prepared.ids) if self.assignment[image] in splits]
        if not rows:
            raise RunError(f"{self.samples.name}: no image in split {' or '.join(splits)}")
        return self.prepared.select(np.array(rows, np.intp))

    def reported(self, split: str) -> PreparedSet:
        """The set that the paper calls `val` or `test` (REPORTED_SPLITS)."""
        return self.of(*REPORTED_SPLITS[split])

    def has(self, split: str) -> bool:
        """Whether the split holds an image."""
        return split in self.assignment.values()

    @property
    def selecting(self) -> str:
        """The split that stops the training and chooses the epoch: `evaluation` where a rule has no selection split, as
        000 did (rule paper000-paper)."""
        return SELECTION if self.has(SELECTION) else EVALUATION

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Ids of the phantoms."""
        return frozenset(sample.image_id for sample in self.samples.samples if sample.drawn)

    def is_drawn(self, ids: Sequence[str]) -> NDArray[np.bool_]:
        """bool [n], whether each of these images is a phantom."""
        return np.array([image in self.drawn for image in ids], dtype=bool)

    def for_class(self, column: int) -> RowData:
        """The same images with one label, for a network of that class alone."""
        name = self.classes[column]
        one, weights = slice(column, column + 1), self.prepared.weights
        prepared = replace(
            self.prepared, labels=self.prepared.labels[:, one], classes=(name,),
            weights=None if weights is None else weights[:, one],
        )  # fmt: skip
        samples = [replace(own, labels=own.labels[one], weights=own.weights[one]) for own in self.samples.samples]
        alone = SampleSet(self.samples.name, self.task, (name,), tuple(samples), self.samples.channels)
        return RowData(alone, self.assignment, prepared)

    def patients(self, split: str) -> set[str]:
        """Patients of a split."""
        chosen = zip(self.prepared.ids, self.prepared.patients, strict=True)
        return {patient for image, patient in chosen if self.assignment[image] == split}


def row_data(
    row: RowSettings, samples: SampleSet, folder: RowFolder, limits: Limits, cache: Path | None, workers: int = 1
) -> RowData:
    """Split, cut to the limits, prepare; leaves split.csv and data.json. Raises DataError for a leak."""
    assignment = _limited(assign_splits(samples, row.split_rule), limits)
    used = samples.only([sample.image_id for sample in samples.samples if assignment.get(sample.image_id)])
    used = apply_split_settings(used, assignment, row.data)
    # Split by split: each is then a slice of the memory map, not a copy in memory.
    order = sorted((SPLITS.index(assignment[own.image_id]), own.image_id) for own in used.samples)
    prepared = prepare(used, [image for _, image in order], row.input, cache, workers)
    data = RowData(samples, assignment, prepared)
    for split in ("train", data.selecting):
        data.of(split)
    write_assignment(folder.split, used, assignment, row.split_rule.seed)
    write_json(folder.path / "data.json", data_document(data, used))
    return data


def data_document(data: RowData, used: SampleSet) -> dict[str, Any]:
    """Fingerprint, classes and counts of what a run used."""
    counts = Counter(data.assignment[sample.image_id] for sample in used.samples)
    drawn = Counter(data.assignment[sample.image_id] for sample in used.samples if sample.drawn)
    positives = {
        split: {name: int(np.nansum(data.of(split).labels[:, k] > 0.5)) for k, name in enumerate(data.classes)}
        for split in SPLITS
        if counts[split]
    }
    return {
        "name": used.name, "task": used.task, "classes": list(used.classes), "channels": used.channels,
        "fingerprint": data_fingerprint(used), "images": len(used),
        "patients": len({sample.patient for sample in used.samples}),
        "splits": {split: counts[split] for split in SPLITS}, "positives": positives,
        **({"phantoms": {split: drawn[split] for split in SPLITS}} if drawn else {}),
    }  # fmt: skip


def _limited(assignment: Mapping[str, str], limits: Limits) -> dict[str, str]:
    """At most so many images of each split, drawn with seed 0; what is left over counts as left out."""
    kept = dict.fromkeys(assignment, "")
    for split in SPLITS:
        images = sorted(image for image, own in assignment.items() if own == split)
        most = limits.train if split == "train" else limits.others
        if most and len(images) > most:
            rows = np.random.default_rng(0).choice(len(images), most, replace=False)
            images = [images[row] for row in sorted(rows)]
        kept |= dict.fromkeys(images, split)
    return kept
