"""004's crops and 002's share of masks follow the split and the seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from training.data.paper_splits import SplitRule, assign_splits
from training.data.records import Box, DataError
from training.data.samples import Sample, SampleSet
from training.data.settings import DataSettings
from training.data.split_settings import apply_split_settings, with_crops, with_masks_fraction

TRAIN_BOXES = (Box("Lung Opacity", 10, 20, 100, 50), Box("Lung Opacity", 900, 900, 200, 100))
OPACITY, NORMAL = (0.0, 1.0), (1.0, 0.0)


def _set(*samples: Sample) -> SampleSet:
    return SampleSet("rsna", "single", ("Normal", "Lung Opacity"), samples)


def _sample(name: str, labels: tuple[float, ...], boxes: tuple[Box, ...] = ()) -> Sample:
    return Sample(Path(f"{name}.dcm"), name, name, labels, boxes)


def test_an_opacity_becomes_its_largest_box_and_a_normal_one_of_the_training_boxes_clipped() -> None:
    other = Box("Lung Opacity", 1, 1, 400, 400)
    samples = _set(
        _sample("a", OPACITY, (TRAIN_BOXES[0], Box("Lung Opacity", 0, 0, 10, 10))),
        _sample("b", OPACITY, (TRAIN_BOXES[1],)),
        _sample("c", OPACITY, (other,)),
        *(_sample(f"n{number}", NORMAL) for number in range(20)),
    )
    assignment = {sample.image_id: "train" for sample in samples.samples} | {"c": "evaluation"}
    cropped = with_crops(samples, assignment)
    crops = {sample.image_id: sample.crop for sample in cropped.samples}
    assert crops["a"] == (10, 20, 100, 50)
    assert crops["c"] == (1, 1, 400, 400)
    # 900 + 200 leaves the 1024 px image: 124 remain. The box of the evaluation image is no candidate.
    drawn = {crops[f"n{number}"] for number in range(20)}
    assert drawn == {(10, 20, 100, 50), (0, 0, 10, 10), (900, 900, 124, 100)}
    assert cropped == with_crops(samples, assignment)
    assert cropped != with_crops(samples, assignment, seed=1)


def test_crops_need_a_training_box() -> None:
    with pytest.raises(DataError, match="no training image has a box"):
        with_crops(_set(_sample("n", NORMAL)), {"n": "train"})


def _masked(count: int = 80) -> SampleSet:
    return _set(
        *(
            replace(_sample(f"i{n:02d}", (NORMAL, OPACITY)[n % 2]), mask_paths=(Path(f"{n}_mask.png"),), has_mask=True)
            for n in range(count)
        )
    )


def test_a_quarter_of_the_training_masks_is_a_subset_of_a_half_stratified_by_class() -> None:
    samples = _masked()
    assignment = {sample.image_id: "train" if n < 60 else "evaluation" for n, sample in enumerate(samples.samples)}
    known = {}
    for fraction in (0.25, 0.5, 0.0):
        found = with_masks_fraction(samples, assignment, fraction)
        known[fraction] = {s.image_id for s in found.samples if s.has_mask and assignment[s.image_id] == "train"}
        assert all(s.has_mask for s in found.samples if assignment[s.image_id] == "evaluation")
        assert [s.labels for s in found.samples] == [s.labels for s in samples.samples]
    # 30 training images of each class: 7.5 and 15 of them; a tie of remainders goes to the masks.
    assert (len(known[0.25]), len(known[0.5]), len(known[0.0])) == (16, 30, 0)
    assert known[0.25] < known[0.5]


def test_settings_without_either_leave_the_set_alone() -> None:
    samples = _masked()
    assignment = assign_splits(samples, SplitRule())
    assert apply_split_settings(samples, assignment, DataSettings("busi")) is samples
    some = apply_split_settings(samples, assignment, DataSettings("busi", masks_fraction=0.25))
    assert 0 < sum(sample.has_mask for sample in some.samples) < 80
