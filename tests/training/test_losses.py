"""Losses against hand computation and the numbers of methods.md §14.3."""

from __future__ import annotations

import math

import pytest
import torch

from training.losses import map_cross_entropy, masked_bce

Z = torch.tensor([[0.0, 2.0, -1.0]])


def test_bce_of_the_design_example() -> None:
    # z = (0, 2, -1), y = (1, 1, 0): (ln 2 + ln(1 + e^-2) + ln(1 + e^-1)) / 3
    assert masked_bce(Z, torch.tensor([[1.0, 1.0, 0.0]])).item() == pytest.approx(0.377779, abs=1e-6)


@pytest.mark.parametrize("unknown", [math.nan, -1.0])
def test_unknown_labels_cost_nothing_and_send_no_gradient(unknown: float) -> None:
    logits = Z.clone().requires_grad_(True)
    loss = masked_bce(logits, torch.tensor([[1.0, unknown, unknown]]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert logits.grad is not None
    assert logits.grad[0, 1:].tolist() == [0.0, 0.0]


def test_a_batch_without_any_label_has_no_loss() -> None:
    assert masked_bce(Z, torch.full((1, 3), math.nan)).item() == 0.0
    assert map_cross_entropy(torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), math.nan)).item() == 0.0


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
