"""Rotation as Keras does it: range, mirrored edges, masks and boxes along."""

from __future__ import annotations

import math

import pytest
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as F

from training.augmentations.keras_rotation import keras_rotation, rotated
from training.augmentations.sample import as_sample
from training.data.records import Box


@pytest.mark.parametrize("angle", [30.0, 72.0, -50.0, 180.0])
@pytest.mark.parametrize("side", [32, 33])
def test_it_equals_symmetric_padding_then_rotation_then_centre_crop(angle: float, side: int) -> None:
    # The recipe of methods.md section 4.
    image = torch.rand(1, side, side, generator=torch.Generator().manual_seed(0))
    padded = F.pad(image, [math.ceil(0.21 * side)], padding_mode="symmetric")
    turned = F.rotate(padded, angle, interpolation=InterpolationMode.BILINEAR)
    expected = F.center_crop(turned, [side, side])
    found = rotated(as_sample(image, torch.zeros_like(image)), angle).image
    torch.testing.assert_close(found.as_subclass(torch.Tensor), expected, atol=1e-4, rtol=0)


def test_the_edges_are_mirrored_and_not_filled() -> None:
    # A white picture stays white wherever it turns: a constant fill would leave black corners.
    white = torch.ones(1, 24, 24)
    assert rotated(as_sample(white, torch.zeros(1, 24, 24)), 45.0).image.min() > 0.999


def test_a_quarter_turn_moves_image_mask_and_box_together() -> None:
    # Columns 20-27 of rows 4-7 turn counter-clockwise about the centre of 32 x 32 to columns 4-7 of rows 4-11.
    mask = torch.zeros(1, 32, 32)
    mask[:, 4:8, 20:28] = 1
    turned = rotated(as_sample(mask.clone(), mask, [Box("a", 20, 4, 8, 4)]), 90.0)
    expected = torch.zeros(1, 32, 32)
    expected[:, 4:12, 4:8] = 1
    torch.testing.assert_close(turned.image.as_subclass(torch.Tensor), expected, atol=1e-4, rtol=0)
    assert torch.equal(turned.mask.as_subclass(torch.Tensor), expected)
    assert turned.boxes.tolist() == [[4, 4, 8, 12]]


def test_the_mirrored_part_of_a_mask_is_no_lesion() -> None:
    ones = torch.ones(1, 33, 33)
    assert rotated(as_sample(ones, ones), 45.0).mask[0, 0, 0] == 0


def test_a_fifth_of_a_turn_means_72_degrees_to_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    angles: list[float] = []
    monkeypatch.setattr("training.augmentations.keras_rotation.rotated", lambda sample, angle: angles.append(angle))
    torch.manual_seed(0)
    for _ in range(2000):
        keras_rotation(as_sample(torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)), 0.2)
    assert -72 <= min(angles) < -71
    assert 71 < max(angles) <= 72
    assert abs(sum(angles) / 2000) < 3  # sd 72/sqrt(3)/sqrt(2000) = .93
