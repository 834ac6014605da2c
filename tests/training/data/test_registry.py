"""Every data set by name, its folder found, its made copy read and split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from training.data.paper_splits import SplitRule, assign_splits
from training.data.prepared import prepare
from training.data.records import DataError
from training.data.registry import DATASETS, DataSettings, find_folder, read_samples, recognise
from training.data.settings import PaperInput
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData


@pytest.mark.parametrize(
    ("name", "task", "rule"),
    [
        ("chexpert", "", "paper000-clean"),
        ("chestxray14", "single", "paper003"),
        ("rsna", "", "paper001"),
        ("rsna", "single", "paper004"),
        ("busi", "", "paper002"),
        ("cub", "", "paper002"),
        ("reviewed", "", "fractions"),
    ],
)
def test_a_made_copy_of_every_layout_goes_all_the_way_to_arrays(
    tmp_path: Path, name: str, task: str, rule: str
) -> None:
    LAYOUTS[name](tmp_path / "copy", MadeData(count=32, size=64, fast=True, per_patient=1), len)
    assert recognise(tmp_path / "copy") == name
    samples = read_samples(DataSettings(name, task=task), tmp_path / "copy")
    splits = Counter(assign_splits(samples, SplitRule(rule)).values())
    assert {"train", "selection", "calibration", "evaluation"} <= set(splits)
    ids = [sample.image_id for sample in samples.samples[:3]]
    prepared = prepare(samples, ids, PaperInput(48, channels=samples.channels))
    assert prepared.images.shape == (3, samples.channels, 48, 48)
    assert prepared.images.std() > 0.05
    assert [sample.image_id for sample in samples.samples] == sorted(sample.image_id for sample in samples.samples)


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="data name 'mimic' is not one of chexpert, chestxray14"):
        read_samples(DataSettings("mimic"), tmp_path)


def test_a_folder_that_is_something_else_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not data set rsna: neither it nor rsna, .* has stage_2_train_labels.csv"):
        find_folder("rsna", tmp_path)
    with pytest.raises(DataError, match=r"has none of the tables train\.csv, Data_Entry_2017\.csv"):
        recognise(tmp_path)


def test_every_data_set_is_found_below_the_shared_folder(shared_data) -> None:  # type: ignore[no-untyped-def]
    parent = shared_data("rsna").parent
    for name, own in (("rsna", "rsna"), ("chestxray14", "chestxray14"), ("busi", "Dataset_BUSI_with_GT")):
        assert find_folder(name, parent).name == own
    assert set(DATASETS) >= {"chexpert", "chestxray14", "chestxray14_320", "rsna", "busi", "cub", "reviewed", "tabular"}
