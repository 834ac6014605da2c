"""Counts of methods.md section 3 on the published tables, when somebody has put them into the test data folder.

The tables alone are enough; no image is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.data.chestxray14_samples import PAPER_003
from training.data.chexpert import FIVE
from training.data.paper_splits import QUOTAS_003, SplitRule, assign_splits, split_ids
from training.data.registry import DataSettings, read_samples
from training.data.samples import SampleSet


def _full(name: str, folder: Path, table: str, rows: int, **settings: str) -> SampleSet:
    with (folder / table).open(encoding="utf-8") as handle:
        found = sum(1 for _ in handle) - 1
    if found < rows:
        pytest.skip(f"{folder / table} has {found} rows, the published one {rows}")
    return read_samples(DataSettings(name, **settings), folder, check_files=False)  # type: ignore[arg-type]


def test_the_chest_table_has_its_published_single_label_counts_and_003_s_split(
    shared_data: Callable[[str], Path],
) -> None:
    samples = _full("chestxray14", shared_data("chestxray14"), "Data_Entry_2017.csv", 112120, task="single")
    people: dict[str, set[str]] = {name: set() for name in PAPER_003}
    counts = Counter[str]()
    for sample in samples.samples:
        name = PAPER_003[sample.labels.index(1.0)]
        counts[name] += 1
        people[name].add(sample.patient)
    assert counts == {"No Finding": 60361, "Infiltration": 9547, "Atelectasis": 4215, "Effusion": 3955}
    assert {name: len(own) for name, own in people.items()} == {
        "No Finding": 24907, "Infiltration": 5466, "Atelectasis": 2643, "Effusion": 1984,
    }  # fmt: skip
    assignment = assign_splits(samples, SplitRule("paper003"))
    for name, quota in zip(("train", "val", "test"), QUOTAS_003, strict=True):
        chosen = samples.only(split_ids(samples, assignment, name)).samples
        assert np.sum([sample.labels for sample in chosen], axis=0).tolist() == list(quota)


def test_the_rsna_tables_have_their_published_counts(shared_data: Callable[[str], Path]) -> None:
    samples = _full("rsna", shared_data("rsna"), "stage_2_train_labels.csv", 30227, task="single", third_class="class")
    assert np.sum([sample.labels for sample in samples.samples], axis=0).tolist() == [8851, 6012, 11821]
    boxes = [box for sample in samples.samples for box in sample.boxes]
    assert len(boxes) == 9555
    assert np.mean([(box.w, box.h) for box in boxes], axis=0) == pytest.approx([218, 329], abs=1)


# Label: images that are 1, -1 and 0 in train.csv, frontal and lateral.
CHEXPERT = {
    "Atelectasis": (33376, 33739, 1328), "Cardiomegaly": (27000, 8087, 11116), "Consolidation": (14783, 27742, 28097),
    "Edema": (52246, 12984, 20726), "Pleural Effusion": (86187, 11628, 35396),
}  # fmt: skip


def test_chexpert_has_its_published_counts(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("CheXpert-v1.0-small")
    samples = _full("chexpert", folder, "train.csv", 223414, views="all", policy="ignore")
    train = [sample for sample in samples.samples if sample.official_split == "train"]
    assert (len(train), len(samples) - len(train)) == (223414, 234)
    assert sum(sample.view != "LATERAL" for sample in train) == 191027
    labels = np.array([sample.labels for sample in train])
    for column, name in enumerate(FIVE):
        assert (labels[:, column] == 1).sum() == CHEXPERT[name][0]
        assert np.isnan(labels[:, column]).sum() == CHEXPERT[name][1]
