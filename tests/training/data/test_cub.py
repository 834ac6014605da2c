"""The bird photographs: eight classes by number, segmentations, three channels."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.data.records import Box, DataError
from training.data.registry import DataSettings, read_samples
from training.phantoms.layouts import write_cub
from training.phantoms.made_data import MadeData


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_cub(tmp_path, MadeData(count=16, size=64))
    return tmp_path


def test_the_paper_s_eight_classes_are_read_with_masks_and_boxes(folder: Path) -> None:
    samples = read_samples(DataSettings("cub"), folder)
    assert (samples.channels, samples.task, len(samples)) == (3, "single", 16)
    assert [name[:3] for name in samples.classes] == "003 014 067 102 112 122 188 194".split()
    first = samples.samples[0]
    assert first.mask_paths[0].parts[-3] == "segmentations"
    assert first.has_mask
    assert isinstance(first.boxes[0], Box)
    assert first.boxes[0].key == samples.classes[0]


def test_classes_may_be_named_by_number_or_in_full(folder: Path) -> None:
    short = read_samples(DataSettings("cub", classes=("014", "003")), folder)
    full = read_samples(DataSettings("cub", classes=("014.Made_Bird_014", "003.Made_Bird_003")), folder)
    assert short == full
    assert len(short) == 4


def test_without_segmentations_no_mask_is_known(folder: Path) -> None:
    (folder / "segmentations").rename(folder / "elsewhere")
    assert not any(sample.has_mask for sample in read_samples(DataSettings("cub"), folder).samples)


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("images.txt", "1 003", "1 2 003", r"images.txt row 1: 3 values; allowed are 2"),
        ("bounding_boxes.txt", ".0 ", "x ", r"bounding_boxes.txt row 1: box '\d+x' is not a number"),
        ("images.txt", "1 003", "77 003", r"image_class_labels.txt: image '1' is not in images.txt"),
        ("image_class_labels.txt", "1 3", "1 three", r"image_class_labels.txt image 1: class 'three' is not a number"),
        ("images.txt", "Made_0001", "Made_0099", r"file 003.Made_Bird_003/Made_0099.jpg is missing"),
    ],
)
def test_bad_tables_are_named(folder: Path, table: str, old: str, new: str, message: str) -> None:
    path = folder / table
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        read_samples(DataSettings("cub"), folder)


def test_an_unknown_class_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"class '999' is not one of the 8 of classes\.txt"):
        read_samples(DataSettings("cub", classes=("999",)), folder)
