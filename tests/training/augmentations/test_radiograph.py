"""Augmentation keeps shapes and ranges, moves masks with the image, and follows its generator."""

from __future__ import annotations

import torch

from training.augmentations.radiograph import augment
from training.augmentations.settings import AugmentationTable, RadiographTable
from training.augmentations.transform import build_transform
from training.data.batch import Batch

STILL = RadiographTable(0, 0, 0, 0, 0, 0, 0, 0, 0)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_settings_of_zero_change_nothing() -> None:
    images, masks = torch.rand(2, 1, 16, 16).clamp(0.01, 0.99), torch.rand(2, 3, 4, 4)
    moved, moved_masks = augment(images, masks, STILL, generator())
    assert torch.allclose(moved, images, atol=1e-5)
    assert torch.allclose(moved_masks, masks, atol=1e-5)


def test_a_flip_moves_image_and_mask_together() -> None:
    images, masks = torch.full((1, 1, 8, 8), 0.01), torch.zeros(1, 1, 2, 2)
    images[0, 0, :4, :4] = 0.9
    masks[0, 0, 0, 0] = 1
    moved, moved_masks = augment(images, masks, RadiographTable(0, 0, 0, 1.0, 0, 0, 0, 0, 0), generator())
    assert moved[0, 0, 2, 6] > 0.8
    assert moved[0, 0, 2, 2] < 0.1
    assert moved_masks[0, 0].tolist() == [[0, 1], [0, 0]]


def test_the_range_stays_and_the_seed_decides() -> None:
    images, masks = torch.rand(4, 1, 32, 32), torch.rand(4, 3, 2, 2)
    first, _ = augment(images.clone(), masks, RadiographTable(), generator())
    second, _ = augment(images.clone(), masks, RadiographTable(), generator())
    assert torch.equal(first, second)
    assert first.min() >= 0
    assert first.max() <= 1
    assert not torch.allclose(first, images, atol=0.05)


def test_unknown_masks_stay_unknown() -> None:
    _, masks = augment(torch.rand(1, 1, 16, 16), torch.full((1, 3, 2, 2), torch.nan), RadiographTable(), generator())
    assert torch.isnan(masks).any()


def test_a_table_moves_a_whole_batch_and_follows_torchs_generator() -> None:
    masks = torch.zeros(4, 2, 32, 32)
    masks[:, 0, :16] = 1
    batch = Batch(torch.rand(4, 1, 32, 32), torch.ones(4, 2), masks, torch.ones(4, dtype=torch.bool), torch.arange(4))
    transform = build_transform(AugmentationTable(radiograph=RadiographTable()), 32)
    torch.manual_seed(1)
    first = transform(batch)
    torch.manual_seed(1)
    again = transform(batch)
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, transform(batch).images)
    assert first.masks.shape == masks.shape
    assert not torch.equal(first.masks, masks)
    assert first.masks[:, 1].eq(0).all()
    assert torch.equal(first.labels, batch.labels)
