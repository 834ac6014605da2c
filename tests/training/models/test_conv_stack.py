"""CNN-1 and CNN-2 of 003: the maps of methods.md §5.4, pooled layer by layer."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.models.conv_stack import ConvStack, max_pool
from training.models.model_registry import ModelTable, build_model


def sides(name: str, size: int) -> list[int]:
    """Pixels per side wherever they change."""
    with torch.device("meta"):
        model, value = build_model(ModelTable(name), 4, 1, size).eval(), torch.empty(1, 3, size, size)
        seen = [size]
        for layer in model.trunk.features:
            value = layer(value)
            seen += [value.shape[2]] if value.shape[2] != seen[-1] else []
    return seen


def test_cnn1_shrinks_as_in_the_paper() -> None:
    assert sides("cnn1", 227) == [227, 113, 57, 56, 28, 27, 14, 13, 7, 6, 5, 4]


def test_cnn2_shrinks_as_in_the_paper() -> None:
    assert sides("cnn2", 227) == [227, 113, 56, 28, 14, 7]


def test_the_account_of_sides_is_that_of_the_layers() -> None:
    stack = ConvStack(3, 37).convolve_valid(4, 11, 4).pool(3, 2).convolve(5, 5, 2)
    assert nn.Sequential(*stack.layers)(torch.zeros(1, 3, 37, 37)).shape == (1, 5, stack.side, stack.side)


def test_a_window_is_no_larger_than_its_map() -> None:
    layer, side = max_pool(7, 4, 5)
    assert (layer.kernel_size, side) == (5, 1)


def test_a_valid_convolution_larger_than_its_map_is_refused() -> None:
    with pytest.raises(ValueError, match="a map of 10 pixels per side; the least for a kernel of 11 is 11"):
        ConvStack(3, 10).convolve_valid(96, 11, 4)
