"""The demo recipe's loss on maps against hand computation."""

from __future__ import annotations

import math

import pytest
import torch

from training.losses import map_cross_entropy


def test_map_cross_entropy_by_hand_and_blind_to_a_constant() -> None:
    # softmax of (ln 3, 0, 0, 0) = (.5, .167, .167, .167); the mask lies half in the first, half in the second cell.
    maps = torch.tensor([[[[math.log(3), 0.0], [0.0, 0.0]]]])
    masks = torch.tensor([[[[0.2, 0.2], [0.0, 0.0]]]])
    expected = -0.5 * math.log(0.5) - 0.5 * math.log(1 / 6)
    assert map_cross_entropy(maps, masks).item() == pytest.approx(expected)
    assert map_cross_entropy(maps + 7, masks).item() == pytest.approx(expected)


def test_empty_and_unknown_masks_are_left_out_of_the_mean() -> None:
    maps = torch.zeros(1, 3, 1, 2)
    masks = torch.tensor([[[[1.0, 0.0]], [[0.0, 0.0]], [[math.nan, math.nan]]]])
    assert map_cross_entropy(maps, masks).item() == pytest.approx(math.log(2))


def test_a_batch_without_any_mask_has_no_loss() -> None:
    assert map_cross_entropy(torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), math.nan)).item() == 0.0
