"""Gray in, three standardised channels out."""

from __future__ import annotations

import pytest
import torch

from training.models.backbones.repeated_grayscale import RepeatedGrayscale


def test_one_gray_value_becomes_three_standardised_ones() -> None:
    # (.5 - .485) / .229, (.5 - .456) / .224, (.5 - .406) / .225
    colour = RepeatedGrayscale()(torch.full((2, 1, 4, 3), 0.5))
    assert colour.shape == (2, 3, 4, 3)
    assert colour[1, :, 2, 1].tolist() == pytest.approx([0.0655022, 0.1964286, 0.4177778], rel=1e-5)


def test_the_constants_are_not_in_the_state_dict() -> None:
    assert not RepeatedGrayscale().state_dict()
