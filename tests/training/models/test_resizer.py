"""The learnable resizer of 003 (methods.md §5.4 and §14.1)."""

from __future__ import annotations

import pytest
import torch

from training.models.parameter_counts import parameter_counts
from training.models.resizer import LearnableResizer, resized_side


@pytest.mark.parametrize(("blocks", "torch_total", "keras_total"), [(1, 12_035, 12_163), (2, 16_707, 16_899)])
def test_its_parameters_are_those_of_the_paper(blocks: int, torch_total: int, keras_total: int) -> None:
    counts = parameter_counts(LearnableResizer(blocks, 227))
    assert (counts["total"], counts["total"] + counts["buffers"]) == (torch_total, keras_total)


def test_without_weights_it_is_the_bilinear_resize() -> None:
    resizer = LearnableResizer(1, 3).eval()
    torch.nn.init.zeros_(resizer.to_colour.weight)
    images = torch.rand(2, 3, 6, 6)
    # 6 -> 3 pixels: each output lies in the middle of two input pixels, rows and columns
    expected = (images[..., ::2, ::2] + images[..., 1::2, ::2] + images[..., ::2, 1::2] + images[..., 1::2, 1::2]) / 4
    assert torch.allclose(resizer(images), expected, atol=1e-6)


@pytest.mark.parametrize(("size", "side"), [(250, 227), (64, 58), (224, 203)])
def test_the_side_keeps_the_papers_proportion(size: int, side: int) -> None:
    assert resized_side(size) == side


def test_a_resizer_without_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="resizer 0: allowed are 1 or more residual blocks"):
        LearnableResizer(0, 227)
