"""The network sees the same picture whatever the exposure of the file."""

from __future__ import annotations

import pytest
import torch

from training.models.compact_trunk import CompactTrunk
from training.models.grayscale_input import GrayscaleInput


def test_both_channels_are_standardised() -> None:
    channels = GrayscaleInput()(torch.rand(2, 1, 64, 48))
    assert channels.shape == (2, 2, 64, 48)
    assert channels.mean(dim=(2, 3)).abs().max() < 1e-4
    assert (channels.std(dim=(2, 3)) - 1).abs().max() < 0.02


def test_gain_and_offset_of_the_file_do_not_matter() -> None:
    images = torch.rand(1, 1, 64, 64)
    assert torch.allclose(GrayscaleInput()(images * 0.5 + 0.2), GrayscaleInput()(images), atol=2e-2)


def test_a_constant_image_gives_zeros() -> None:
    assert GrayscaleInput()(torch.full((1, 1, 32, 32), 0.7)).abs().max() < 1e-3


def test_the_window_is_odd() -> None:
    with pytest.raises(ValueError, match="neighbourhood 4 is not an odd number"):
        GrayscaleInput(4)


def test_every_relu_of_the_trunk_is_a_module_that_leaves_its_input_alone() -> None:
    trunk = CompactTrunk(4).eval()
    relus = [module for module in trunk.modules() if isinstance(module, torch.nn.ReLU)]
    assert len(relus) == 9  # stem, two per block
    assert not any(module.inplace for module in relus)
    features = trunk(torch.rand(1, 1, 64, 32))
    assert features.shape == (1, 32, 4, 2)
    assert features.min() >= 0
