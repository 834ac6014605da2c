"""Spatial coherence against the numbers of methods.md §14.3 and a literal version."""

from __future__ import annotations

import pytest
import torch
from scipy import ndimage
from torch import Tensor

from training.losses.spatial_coherence import coherence_of_gradcam, spatial_coherence


def literal(plane: Tensor) -> tuple[float, int]:
    """Sum and number of ordered pairs, as 000 writes it: a loop over pixels and their 9 x 9 neighbours."""
    array = plane.numpy()
    labels, _ = ndimage.label(array >= 0.5 * array.max(), structure=[[1, 1, 1]] * 3)
    height, width = array.shape
    total, pairs = 0.0, 0
    for i in range(height):
        for j in range(width):
            for k in range(max(0, i - 4), min(height, i + 5)):
                for m in range(max(0, j - 4), min(width, j + 5)):
                    if (i, j) != (k, m) and labels[i, j] and labels[i, j] == labels[k, m]:
                        total, pairs = total + float((array[i, j] - array[k, m]) ** 2), pairs + 1
    return total, pairs


@pytest.mark.parametrize(
    ("values", "total", "mean"),
    [
        # differences .2, .2, .4, each counted in both orders: 2 (.04 + .04 + .16) over 6 pairs
        ((1.0, 0.8, 0.6), 0.48, 0.08),
        # .1 < half the maximum parts (1, .9) from (.8, .7): 2 (.01 + .01) over 4 pairs
        ((1.0, 0.9, 0.1, 0.8, 0.7), 0.04, 0.01),
        ((1.0, 0.0, 0.0, 0.0), 0.0, 0.0),  # a component of one cell has no pair
        ((0.0, 0.0, 0.0, 0.0), 0.0, 0.0),
        ((0.7, 0.7, 0.7, 0.7), 0.0, 0.0),
        ((1.0, 1.0, 1.0, 1.0, 1.0, 0.5), 2.0, 2.0 / 28),  # first and last are five apart: 4 of 5 see the last
    ],
)
def test_one_row_by_hand(values: tuple[float, ...], total: float, mean: float) -> None:
    maps = torch.tensor(values).reshape(1, 1, 1, -1)
    assert spatial_coherence(maps, "sum").item() == pytest.approx(total, abs=1e-6)
    assert spatial_coherence(maps, "mean").item() == pytest.approx(mean, abs=1e-6)


def test_cells_that_touch_at_a_corner_belong_together() -> None:
    maps = torch.tensor([[1.0, 0.0], [0.0, 0.8]]).reshape(1, 1, 2, 2)
    assert spatial_coherence(maps, "sum").item() == pytest.approx(2 * 0.04)


def test_many_maps_have_the_mean_of_the_literal_values() -> None:
    torch.manual_seed(0)
    maps = torch.nn.functional.interpolate(torch.rand(2, 3, 4, 4), (13, 11), mode="bilinear")
    expected = [literal(plane) for plane in maps.flatten(0, 1)]
    sums = [total for total, _ in expected]
    means = [total / pairs for total, pairs in expected]
    assert spatial_coherence(maps, "sum").item() == pytest.approx(sum(sums) / 6, rel=1e-5)
    assert spatial_coherence(maps, "mean").item() == pytest.approx(sum(means) / 6, rel=1e-5)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_gradient_agrees_with_finite_differences(reduction: str) -> None:
    torch.manual_seed(1)
    maps = torch.rand(1, 2, 6, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: spatial_coherence(x, reduction), (maps,))


def test_the_term_does_not_depend_on_the_scale_of_the_map() -> None:
    torch.manual_seed(2)
    maps = torch.rand(2, 2, 7, 7)
    value = coherence_of_gradcam(maps, "mean").item()
    assert value > 0
    assert coherence_of_gradcam(0.003 * maps, "mean").item() == pytest.approx(value, rel=1e-4)
    assert coherence_of_gradcam(torch.zeros(1, 2, 7, 7), "mean").item() == 0.0


def test_an_unknown_reduction_is_refused() -> None:
    with pytest.raises(ValueError, match="sc_reduction 'max' is not one of mean, sum"):
        spatial_coherence(torch.ones(1, 1, 2, 2), "max")
