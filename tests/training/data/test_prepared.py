"""Pixels as serving prepares them, masks, boxes and crops in the network's frame, and a cache that is whole or absent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.dicom import preparse, shared_pool
from inference.dicom.prepare import prepare_dicom
from inference.preprocessing import InputSpec
from tests.inference.prepared_array import prepare_array
from training.data.otsu_mask import dark_side
from training.data.prepared import data_fingerprint, prepare
from training.data.records import Box, DataError
from training.data.registry import DataSettings, read_samples
from training.data.samples import Sample, SampleSet
from training.data.settings import PaperInput
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData

INPUT = PaperInput(16)


def _png(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values.astype(np.uint8)).save(path)
    return path


def _set(*samples: Sample, channels: int = 1) -> SampleSet:
    return SampleSet("made", "multilabel", ("a",), samples, channels)


@pytest.fixture
def ramp(tmp_path: Path) -> Sample:
    """32 x 64 pixels, columns 0, 4, 8, ...; a mask of the right half; a box of rows 8-24, columns 16-48."""
    image = _png(tmp_path / "ramp.png", np.tile(np.arange(64) * 4, (32, 1)))
    mask = _png(tmp_path / "ramp_mask.png", np.tile((np.arange(64) >= 32) * 255, (32, 1)))
    return Sample(image, "ramp", "p", (1.0,), (Box("a", 16, 8, 32, 16),), (mask,), True, "PA")


def test_pixels_are_those_that_serving_would_make(ramp: Sample) -> None:
    prepared = prepare(_set(ramp), ["ramp"], INPUT)
    gray = np.asarray(Image.open(ramp.image_path))
    expected = prepare_array(gray, InputSpec(16, 16, "stored-range", "stretch")).image
    np.testing.assert_array_equal(prepared.images[0], expected.astype(np.float16))
    assert prepared.images.dtype == np.float16
    assert (prepared.ids, prepared.patients, prepared.views, prepared.task) == (
        ("ramp",),
        ("p",),
        ("PA",),
        "multilabel",
    )


def test_the_percentile_rule_is_serving_s_own(ramp: Sample) -> None:
    prepared = prepare(_set(ramp), ["ramp"], PaperInput(16, intensity="percentile-0.5-99.5"))
    gray = np.asarray(Image.open(ramp.image_path))
    expected = prepare_array(gray, InputSpec(16, 16, "percentile-0.5-99.5", "stretch")).image
    np.testing.assert_allclose(prepared.images[0], expected, atol=1e-3)


def test_a_dicom_file_gives_what_serving_feeds_the_network(tmp_path: Path) -> None:
    LAYOUTS["rsna"](tmp_path, MadeData(count=3, size=64, fast=True), len)
    samples = read_samples(DataSettings("rsna", third_class="negative"), tmp_path)
    for intensity in ("stored-range", "percentile-0.5-99.5", "file-voi"):
        prepared = prepare(samples, [samples.samples[0].image_id], PaperInput(32, intensity=intensity))
        path = samples.samples[0].image_path
        header = preparse(path)
        expected = prepare_dicom(header, shared_pool().decode(path, header), InputSpec(32, 32, intensity, "stretch"))
        np.testing.assert_array_equal(prepared.images[0], expected.image.astype(np.float16))


def test_masks_and_boxes_are_in_pixels_of_the_network(ramp: Sample) -> None:
    prepared = prepare(_set(ramp), ["ramp"], INPUT)
    # 64 columns -> 16: a quarter; 32 rows -> 16: a half.
    assert prepared.boxes == ((Box("a", 4, 4, 8, 8),),)
    np.testing.assert_array_equal(prepared.masks[0], np.tile(np.arange(16) >= 8, (16, 1)))
    assert prepared.has_mask.tolist() == [True]


def test_several_masks_are_ored_and_an_unknown_one_is_zeros(ramp: Sample, tmp_path: Path) -> None:
    other = _png(tmp_path / "m1.png", np.tile((np.arange(64) < 16) * 255, (32, 1)))
    both = replace(ramp, mask_paths=(*ramp.mask_paths, other))
    without = replace(ramp, image_id="none", mask_paths=(), has_mask=False)
    prepared = prepare(_set(both, without), ["ramp", "none"], INPUT)
    assert prepared.masks[0, 0].tolist() == [1] * 4 + [0] * 4 + [1] * 8
    assert not prepared.masks[1].any()
    assert prepared.has_mask.tolist() == [True, False]


def test_a_letterbox_shifts_boxes_and_masks(ramp: Sample) -> None:
    # 64 x 32 in 16 x 16: factor 1/4, 8 rows of image between 4 empty rows above and below.
    prepared = prepare(_set(ramp), ["ramp"], PaperInput(16, resize="letterbox"))
    assert prepared.boxes[0] == (Box("a", 4, 6, 8, 4),)
    assert prepared.masks[0].any(axis=1).tolist() == [False] * 4 + [True] * 8 + [False] * 4


def test_a_crop_is_the_image_and_takes_its_box_and_mask_along(ramp: Sample) -> None:
    # The crop is the box itself: columns 16-48, rows 8-24. The box fills the field, the mask its right half.
    outside = Box("a", 50, 0, 10, 5)
    cropped = replace(ramp, crop=(16.0, 8.0, 32.0, 16.0), boxes=(*ramp.boxes, outside))
    prepared = prepare(_set(cropped), ["ramp"], INPUT)
    assert prepared.boxes[0] == (Box("a", 0, 0, 16, 16),)
    np.testing.assert_array_equal(prepared.masks[0], np.tile(np.arange(16) >= 8, (16, 1)))
    assert float(prepared.images.min()) == pytest.approx(16 * 4 / 255, abs=0.02)


def test_the_otsu_filter_acts_on_the_prepared_image(ramp: Sample) -> None:
    plain = prepare(_set(ramp), ["ramp"], PaperInput(32))
    masked = prepare(_set(ramp), ["ramp"], PaperInput(32, mask_filter="otsu"))
    expected = dark_side(plain.images[0, 0].astype(np.float32))
    np.testing.assert_allclose(masked.images[0, 0], expected, atol=1e-3)
    assert 0.3 < (masked.images > 0).mean() < 0.7


def test_source_size_is_what_is_prepared(ramp: Sample) -> None:
    assert prepare(_set(ramp), ["ramp"], PaperInput(22, source_size=25)).images.shape == (1, 1, 25, 25)


def test_photographs_keep_three_channels_and_only_they(tmp_path: Path) -> None:
    path = tmp_path / "bird.jpg"
    Image.new("RGB", (20, 20), (255, 0, 51)).save(path, quality=100)
    bird = Sample(path, "bird", "bird", (1.0,))
    prepared = prepare(_set(bird, channels=3), ["bird"], PaperInput(8, channels=3))
    np.testing.assert_allclose(prepared.images[0].mean(axis=(1, 2)), [1, 0, 0.2], atol=0.02)
    with pytest.raises(DataError, match="input channels 3 do not suit made; allowed are 1"):
        prepare(_set(bird), ["bird"], PaperInput(8, channels=3))


def test_the_cache_gives_the_same_arrays_without_the_files(ramp: Sample, tmp_path: Path) -> None:
    samples, cache = _set(ramp), tmp_path / "cache"
    first = prepare(samples, ["ramp"], INPUT, cache)
    assert isinstance(first.images, np.memmap)
    relabelled = _set(replace(ramp, labels=(0.0,)))  # pixels are shared between label policies
    again = prepare(relabelled, ["ramp"], PaperInput(16, mean=(0.5,), std=(0.5,)), cache)
    assert len(list(cache.iterdir())) == 1
    np.testing.assert_array_equal(first.images, prepare(samples, ["ramp"], INPUT).images)
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.boxes, again.labels.tolist()) == (again.boxes, [[0.0]])
    assert again.masks.sum() == first.masks.sum() > 0


@pytest.mark.parametrize("change", ["pixels", "crop", "size", "intensity", "mask"])
def test_anything_that_changes_the_pixels_changes_the_cache(ramp: Sample, tmp_path: Path, change: str) -> None:
    cache, sample, settings = tmp_path / "cache", ramp, INPUT
    prepare(_set(ramp), ["ramp"], INPUT, cache)
    if change in ("pixels", "mask"):
        _png(ramp.image_path if change == "pixels" else ramp.mask_paths[0], np.full((32, 64), 200))
    elif change == "crop":
        sample = replace(ramp, crop=(0.0, 0.0, 32.0, 32.0))
    else:
        settings = replace(INPUT, **{"size": {"size": 24}, "intensity": {"intensity": "file-voi"}}[change])
    prepare(_set(sample), ["ramp"], settings, cache)
    assert len(list(cache.iterdir())) == 2


def test_bad_files_are_all_named_and_leave_no_cache(ramp: Sample, tmp_path: Path) -> None:
    broken = []
    for number in range(7):
        path = tmp_path / f"broken{number}.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
        broken.append(Sample(path, path.stem, "q", (0.0,)))
    samples = _set(ramp, *broken)
    with pytest.raises(DataError) as caught:
        prepare(samples, [sample.image_id for sample in samples.samples], INPUT, tmp_path / "cache")
    text = str(caught.value)
    assert text.startswith("7 of 8 images: broken0.png: cannot be read as a picture")
    assert "broken4.png" in text
    assert text.endswith("; and 2 more")
    assert "\n" not in text
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_missing_file_a_mask_of_another_size_and_a_crop_outside_are_named(ramp: Sample, tmp_path: Path) -> None:
    small = _png(tmp_path / "small_mask.png", np.zeros((8, 8)))
    for sample, message in (
        (
            replace(ramp, image_path=tmp_path / "gone.png"),
            r"gone\.png: cannot be read as a picture \(FileNotFoundError\)",
        ),
        (replace(ramp, mask_paths=(small,)), r"small_mask\.png: mask of 8 x 8 pixels; its image has 64 x 32"),
        (replace(ramp, crop=(70.0, 0.0, 10.0, 10.0)), r"ramp\.png: crop 70,0,10,10 is outside the image of 64 x 32"),
        (
            replace(ramp, boxes=(Box("a", 50, 0, 20, 5),)),
            r"ramp\.png: box 50,0,20,5 leaves the image; allowed is 0\.\.64",
        ),
    ):
        with pytest.raises(DataError, match=message):
            prepare(_set(sample), ["ramp"], INPUT)


@pytest.mark.slow
def test_worker_processes_give_the_same_pixels(tmp_path: Path) -> None:
    LAYOUTS["busi"](tmp_path, MadeData(count=12, size=64), len)
    samples = read_samples(DataSettings("busi"), tmp_path)
    ids = [sample.image_id for sample in samples.samples]
    one, two = (prepare(samples, ids, PaperInput(32), workers=workers) for workers in (1, 2))
    np.testing.assert_array_equal(one.images, two.images)
    np.testing.assert_array_equal(one.masks, two.masks)
    assert one.boxes == two.boxes


def test_rows_can_be_selected_and_neighbours_share_memory(ramp: Sample) -> None:
    samples = _set(*(replace(ramp, image_id=f"r{n}", labels=(float(n % 2),)) for n in range(4)))
    prepared = prepare(samples, ["r0", "r1", "r2", "r3"], INPUT)
    assert prepared.select([3, 1]).ids == ("r3", "r1")
    assert prepared.select(prepared.labels[:, 0] == 1).ids == ("r1", "r3")
    assert np.shares_memory(prepared.select([1, 2]).images, prepared.images)
    assert len(prepared.select([])) == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 0}, "sizes are 1 or more"),
        ({"size": 8, "channels": 2}, "input channels 2 is not one of 1, 3"),
        ({"size": 8, "resize": "pad"}, "input resize 'pad' is not one of 'stretch'"),
        ({"size": 8, "intensity": "window"}, "input intensity 'window' is not one of"),
        ({"size": 8, "mask_filter": "lung"}, "input mask_filter 'lung' is not one of '', 'otsu'"),
        ({"size": 8, "mean": (0.5, 0.5)}, "do not match"),
        ({"size": 8, "std": (0.0,)}, "std must be above 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        PaperInput(**settings)  # type: ignore[arg-type]


def test_the_fingerprint_names_labels_people_and_files_but_not_their_order(ramp: Sample) -> None:
    second = replace(ramp, image_id="other")
    base = data_fingerprint(_set(ramp, second))
    assert base == data_fingerprint(_set(second, ramp))
    for changed in (replace(ramp, labels=(0.0,)), replace(ramp, patient="q"), replace(ramp, boxes=())):
        assert data_fingerprint(_set(changed, second)) != base
    ramp.image_path.write_bytes(b"longer or shorter")
    assert data_fingerprint(_set(ramp, second)) != base


def test_real_radiographs_are_prepared_from_dicom(shared_data, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    samples = read_samples(DataSettings("rsna"), shared_data("rsna"))
    positive = [sample.image_id for sample in samples.samples if sample.boxes][:2]
    prepared = prepare(samples, positive, PaperInput(64), tmp_path)
    assert prepared.images.shape == (2, 1, 64, 64)
    assert 0 <= prepared.images.min() < 0.3 < prepared.images.max() <= 1
    for box in prepared.boxes[0]:
        source = samples.only(positive).samples[0].boxes[prepared.boxes[0].index(box)]
        assert box[1:] == pytest.approx([value / 16 for value in source[1:]])
