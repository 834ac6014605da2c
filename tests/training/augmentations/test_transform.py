"""From a table to a transform: every field does its own, masks and boxes move along, the generator decides."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from training.augmentations.sample import Sample, as_sample
from training.augmentations.settings import AugmentationTable
from training.augmentations.transform import build_transform, changed, sample_steps
from training.data.batch import Batch
from training.data.records import Box

PAPER_002 = AugmentationTable(
    crop_scale=(0.75, 1.0), rotation_degrees=45.0, hflip=0.5, vflip=0.5, jitter=(0.12, 0.12, 0.08, 0.08)
)
PAPER_003 = AugmentationTable(keras_rotation=0.2, hflip=0.5, contrast=(0.8, 1.2))
SIDE = 32


def _batch(count: int = 6, channels: int = 1) -> Batch:
    """A bright square on gray whose mask is the square."""
    masks = torch.zeros(count, 1, SIDE, SIDE)
    masks[:, :, 10:20, 12:22] = 1
    images = (0.3 + 0.5 * masks).expand(-1, channels, -1, -1).clone()
    labels = torch.arange(count, dtype=torch.float32)[:, None]
    return Batch(images, labels, masks, torch.ones(count, dtype=torch.bool), torch.arange(count))


def _moved(table: AugmentationTable, batch: Batch, seed: int = 0) -> Batch:
    torch.manual_seed(seed)
    return build_transform(table, SIDE)(batch)


@pytest.mark.parametrize("table", [PAPER_002, PAPER_003])
@pytest.mark.parametrize("channels", [1, 3])
def test_shapes_range_labels_and_the_given_batch_stay(table: AugmentationTable, channels: int) -> None:
    batch = _batch(channels=channels)
    before = batch.images.clone()
    moved = _moved(table, batch)
    assert moved.images.shape == batch.images.shape
    assert moved.masks.shape == batch.masks.shape
    assert type(moved.images) is type(moved.masks) is Tensor
    assert 0 <= moved.images.min() <= moved.images.max() <= 1
    assert set(moved.masks.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(moved.labels, batch.labels)
    assert torch.equal(moved.index, batch.index)
    assert torch.equal(batch.images, before)


@pytest.mark.parametrize("table", [PAPER_002, PAPER_003])
def test_the_mask_stays_on_the_square(table: AugmentationTable) -> None:
    moved = _moved(table, _batch(16))
    for image, mask in zip(moved.images[:, 0], moved.masks[:, 0], strict=True):
        assert mask.sum() > 30
        assert image[mask > 0].mean() > image[mask == 0].mean() + 0.2


def test_every_image_of_a_batch_draws_its_own_numbers_from_the_global_generator() -> None:
    batch = _batch()
    first, again, other = _moved(PAPER_003, batch), _moved(PAPER_003, batch), _moved(PAPER_003, batch, seed=1)
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)
    assert not torch.equal(first.images[0], first.images[1])


def test_an_empty_table_gives_the_batch_itself() -> None:
    batch = _batch()
    assert AugmentationTable().is_empty
    assert build_transform(AugmentationTable(), SIDE)(batch) is batch


def _sample() -> Sample:
    batch = _batch(1)
    return as_sample(batch.images[0], batch.masks[0], [Box("a", 12, 10, 10, 10)])


@pytest.mark.parametrize(
    ("table", "box"),
    [
        (AugmentationTable(hflip=1.0), Box("a", 10, 10, 10, 10)),
        (AugmentationTable(vflip=1.0), Box("a", 12, 12, 10, 10)),
    ],
)
def test_a_flip_moves_image_mask_and_box(table: AugmentationTable, box: Box) -> None:
    # 32 - 22 = 10 from the left; 32 - 20 = 12 from the top.
    moved = changed(_sample(), sample_steps(table, SIDE))
    assert moved.boxes.tolist() == [[box.x, box.y, box.x + box.w, box.y + box.h]]
    expected = torch.zeros(SIDE, SIDE)
    expected[int(box.y) : int(box.y) + 10, int(box.x) : int(box.x) + 10] = 1
    assert torch.equal(moved.mask[0].as_subclass(Tensor), expected)
    torch.testing.assert_close(moved.image[0].as_subclass(Tensor), 0.3 + 0.5 * expected)


def test_a_random_crop_keeps_box_and_mask_together_and_the_area_in_range() -> None:
    torch.manual_seed(0)
    for _ in range(20):
        moved = changed(_sample(), sample_steps(AugmentationTable(crop_scale=(0.75, 1.0)), SIDE))
        rows, columns = torch.nonzero(moved.mask[0].as_subclass(Tensor), as_tuple=True)
        x0, y0, x1, y1 = moved.boxes[0].tolist()
        assert abs(columns.min() - x0) <= 1
        assert abs(columns.max() + 1 - x1) <= 1
        assert abs(rows.min() - y0) <= 1
        assert abs(rows.max() + 1 - y1) <= 1
        # 100 px become 100 / scale, scale in .75 to 1; rasterised sides may differ by one pixel each.
        assert 81 <= len(rows) <= 170


def test_contrast_stretches_about_the_mean_by_its_factor() -> None:
    image = torch.tensor([[[0.4, 0.6]]])
    torch.manual_seed(0)
    (step,) = sample_steps(AugmentationTable(contrast=(0.5, 0.5)), SIDE)
    found = step(as_sample(image, torch.zeros(1, 1, 2))).image
    torch.testing.assert_close(found.as_subclass(Tensor), torch.tensor([[[0.45, 0.55]]]))
    (wide,) = sample_steps(AugmentationTable(contrast=(9.0, 9.0)), SIDE)
    assert wide(as_sample(image, torch.zeros(1, 1, 2))).image.tolist() == [[[0.0, 1.0]]]  # clipped


def test_saturation_and_hue_do_nothing_on_gray() -> None:
    table = AugmentationTable(jitter=(0.0, 0.0, 0.9, 0.4))
    batch = _batch(2)
    assert torch.equal(_moved(table, batch).images, batch.images)
    colour = _batch(2, channels=3)
    colour.images[:, 0] += 0.1
    assert not torch.equal(_moved(table, colour).images, colour.images)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hflip": 1.5}, "augmentation hflip 1.5 is outside 0..1"),
        ({"keras_rotation": 72.0}, "augmentation keras_rotation 72.0 is outside 0..0.5"),
        ({"crop_scale": (0.75,)}, "crop_scale (0.75,) is not 2 numbers"),
        ({"crop_scale": (0.75, 1.2)}, "crop_scale (0.75, 1.2) is outside 0..1"),
        ({"contrast": (1.2, 0.8)}, "contrast (1.2, 0.8) does not rise"),
        ({"jitter": (0.1, 0.1, 0.1)}, "jitter (0.1, 0.1, 0.1) is not 4 numbers"),
        ({"jitter": (0.1, 0.1, 0.1, 0.6)}, "jitter hue 0.6 is outside 0..0.5"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        AugmentationTable(**settings)  # type: ignore[arg-type]
    assert message in str(caught.value)
