"""Phantoms as a data set, alone and beside real images."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from training.data.paper_splits import SplitRule, assign_splits
from training.data.records import FINDINGS, DataError
from training.data.registry import read_samples
from training.data.samples import Sample, SampleSet
from training.data.settings import DataSettings, PhantomTable
from training.phantoms.drawn_set import drawn_folder, with_phantoms

TABLE = PhantomTable(train=8, selection=4, calibration=4, evaluation=4, size=64, fast=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_folder(TABLE, tmp_path_factory.mktemp("made"))


def test_phantoms_alone_have_exact_labels_masks_and_the_splits_of_the_table(folder: Path) -> None:
    samples = read_samples(DataSettings("phantoms"), folder)
    assert samples.classes == FINDINGS
    assert Counter(assign_splits(samples, SplitRule("fractions")).values()) == Counter(TABLE.counts)
    for sample in samples.samples:
        assert sample.drawn
        assert sample.patient == Path(sample.image_id).name
        assert sample.has_mask
        assert {FINDINGS[column] for column in sample.mask_columns} == {
            key for key, label in zip(FINDINGS, sample.labels, strict=True) if label == 1
        }


def test_a_set_is_drawn_once_and_anew_for_other_settings(folder: Path) -> None:
    before = (folder / "images.csv").stat().st_mtime_ns
    assert drawn_folder(TABLE, folder.parent) == folder
    assert (folder / "images.csv").stat().st_mtime_ns == before
    assert drawn_folder(replace(TABLE, train=9), folder.parent) != folder


def real(classes: tuple[str, ...], task: str = "multilabel") -> SampleSet:
    labels = [(1.0,) + (0.0,) * (len(classes) - 1), (0.0,) * (len(classes) - 1) + (1.0,)] * 8
    own = [Sample(Path(f"{n}.png"), f"r{n:02d}", f"p{n}", labels[n], view="PA") for n in range(16)]
    return SampleSet("own", task, classes, tuple(own))


def test_beside_real_images_they_take_the_sets_class_names(folder: Path) -> None:
    both = with_phantoms(real(("Effusion", "Pneumothorax", "Infiltration")), folder)
    drawn = [sample for sample in both.samples if sample.drawn]
    alone = {own.image_id: own for own in read_samples(DataSettings("phantoms"), folder).samples}
    assert len(drawn) == 16  # none of the selection split: real images select the epoch
    for sample in drawn:
        opacity, effusion, _ = alone[sample.image_id].labels
        assert (sample.labels[0], sample.labels[2]) == (effusion, opacity)
        assert math.isnan(sample.labels[1])
        assert {both.classes[column] for column in sample.mask_columns} <= {"Effusion", "Infiltration"}
        assert {box.key for box in sample.boxes} <= {"Effusion", "Infiltration"}


def test_a_rule_splits_the_real_patients_alone(folder: Path) -> None:
    both = with_phantoms(real(("lung_opacity", "cardiomegaly")), folder)
    found = assign_splits(both, SplitRule("folds", folds=2, fold=1, selection=0.25, calibration=0.25))
    assert Counter(split for image, split in found.items() if "phantom" in image) == {
        "train": 8, "calibration": 4, "evaluation": 4,
    }  # fmt: skip
    assert Counter(split for image, split in found.items() if "phantom" not in image)["evaluation"] == 8
    other = assign_splits(both, SplitRule("folds", folds=2, fold=0, selection=0.25, calibration=0.25))
    held = [
        {image for image, split in own.items() if split == "evaluation" and image[0] == "r"} for own in (found, other)
    ]
    assert not held[0] & held[1]
    assert len(held[0] | held[1]) == 16


def test_sets_that_they_cannot_join(folder: Path) -> None:
    with pytest.raises(DataError, match=r"they join gray multilabel sets, not own \(single\)"):
        with_phantoms(real(("Effusion", "Edema"), "single"), folder)
    with pytest.raises(DataError, match="none of the classes Hernia, Mass is drawn"):
        with_phantoms(real(("Hernia", "Mass")), folder)
    with pytest.raises(DataError, match=r"split fold 5 is not one of 0\.\.4"):
        SplitRule("folds", fold=5)
