"""WILDCAT pooling against the numbers of methods.md §14.2."""

from __future__ import annotations

import pytest
import torch

from training.models.wildcat import WildcatHead, WildcatSettings, region_count, spatial_pool

ONE_TO_NINE = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)


@pytest.mark.parametrize(("combine", "expected"), [("half", 4.625), ("sum", 9.25), ("weighted", 9.25 / 1.5)])
def test_the_two_highest_and_two_lowest_of_one_to_nine(combine: str, expected: float) -> None:
    # top = (8+9)/2 = 8.5, bot = (1+2)/2 = 1.5; 8.5 + .5 * 1.5 = 9.25
    assert spatial_pool(ONE_TO_NINE, 2, 2, 0.5, combine).item() == pytest.approx(expected)


def test_without_lowest_cells_the_top_is_not_halved() -> None:
    assert spatial_pool(ONE_TO_NINE, 2, 0, 0.5).item() == 8.5
    assert spatial_pool(ONE_TO_NINE, 2, 2, 0.0).item() == 8.5


@pytest.mark.parametrize(
    ("k", "cells", "count"), [(0, 9, 0), (-1, 9, 0), (0.1, 196, 20), (0.1, 4, 1), (1, 9, 1), (20, 9, 9), (2.9, 9, 2)]
)
def test_k_below_one_is_a_proportion_and_one_is_a_single_region(k: float, cells: int, count: int) -> None:
    assert region_count(k, cells) == count


def test_the_gradient_agrees_with_finite_differences() -> None:
    # The reference code forgets to divide by the number of maps in its backward pass (trap 14).
    torch.manual_seed(0)
    head = WildcatHead(3, 2, WildcatSettings(kmax=2, kmin=2)).double()
    features = torch.randn(2, 3, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: head(x)[0], (features,))


def test_the_class_map_is_the_mean_of_its_maps() -> None:
    head = WildcatHead(2, 2, WildcatSettings(maps=2, kmax=1, kmin=0))
    with torch.no_grad():
        head.convolution.weight.copy_(torch.tensor([[1.0, 0], [3.0, 0], [0, 1.0], [0, 5.0]]).reshape(4, 2, 1, 1))
        head.convolution.bias.zero_()
    _, maps = head(torch.ones(1, 2, 1, 1))
    assert maps.flatten().tolist() == [2.0, 3.0]


def test_wrong_settings_are_refused_with_their_value() -> None:
    with pytest.raises(ValueError, match="combine 'mean' is not one of half, sum, weighted"):
        spatial_pool(ONE_TO_NINE, 1, 1, 1.0, "mean")
    with pytest.raises(ValueError, match="kmax 0 selects no cell of 9"):
        spatial_pool(ONE_TO_NINE, 0, 1, 1.0)
