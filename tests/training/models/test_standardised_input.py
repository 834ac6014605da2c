"""One gray channel repeated, or three colours, standardised."""

from __future__ import annotations

import pytest
import torch

from training.models.standardised_input import StandardisedInput


def test_one_gray_value_becomes_three_standardised_ones() -> None:
    # (.5 - .485) / .229, (.5 - .456) / .224, (.5 - .406) / .225: ImageNet's, as no others are given
    colour = StandardisedInput()(torch.full((2, 1, 4, 3), 0.5))
    assert colour.shape == (2, 3, 4, 3)
    assert colour[1, :, 2, 1].tolist() == pytest.approx([0.0655022, 0.1964286, 0.4177778], rel=1e-5)


def test_one_mean_is_that_of_all_three_channels() -> None:
    assert torch.equal(StandardisedInput((0.5,), (0.5,))(torch.ones(1, 1, 2, 2)), torch.ones(1, 3, 2, 2))


def test_colour_keeps_its_channels_apart() -> None:
    images = torch.tensor([0.0, 0.5, 1.0]).reshape(1, 3, 1, 1)
    assert StandardisedInput((0.5,), (0.5,))(images).flatten().tolist() == [-1.0, 0.0, 1.0]


def test_zero_and_one_only_repeat() -> None:
    images = torch.rand(1, 1, 2, 2)
    assert torch.equal(StandardisedInput((0.0,), (1.0,))(images), images.repeat(1, 3, 1, 1))


def test_the_constants_are_not_in_the_state_dict() -> None:
    assert not StandardisedInput().state_dict()
