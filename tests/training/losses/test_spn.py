"""Localisation loss of the SPN with partial labels (methods.md §14.2)."""

from __future__ import annotations

import math

import pytest
import torch

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.losses.spn import SaliencyPrediction, localisation_loss

MASKS = torch.tensor([[1.0, 0.0], [0.0, 0.0]]).expand(4, 1, 2, 2).clone()
HALF = torch.tensor([True, False, True, False])


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        # a map of .25 everywhere, the mask one of four cells
        ("ce", (-math.log(0.25) - 3 * math.log(0.75)) / 4),
        ("l1", (0.75 + 3 * 0.25) / 4),
        ("l2", (0.5625 + 3 * 0.0625) / 4),
    ],
)
def test_each_loss_by_hand_and_two_of_four_labelled_halve_the_batch_form(loss: str, expected: float) -> None:
    maps = torch.full((4, 1, 2, 2), 0.25)
    assert localisation_loss(maps, MASKS, HALF, loss, "labelled").item() == pytest.approx(expected)
    assert localisation_loss(maps, MASKS, HALF, loss, "batch").item() == pytest.approx(expected / 2)


@pytest.mark.parametrize("reduction", ["labelled", "batch"])
def test_images_without_a_mask_send_no_gradient(reduction: str) -> None:
    maps = torch.full((4, 1, 2, 2), 0.25, requires_grad=True)
    localisation_loss(maps, MASKS, HALF, "ce", reduction).backward()
    assert maps.grad is not None
    assert maps.grad.flatten(1).abs().sum(dim=1).gt(0).tolist() == HALF.tolist()


def test_a_batch_without_any_mask_has_the_classification_loss_alone() -> None:
    loss = SaliencyPrediction("single", "ce", 1.0, "labelled")
    outputs = outputs_with([[math.log(3), 0.0]], torch.full((1, 1, 8, 8), 0.25))
    terms = loss(tiny_net(), outputs, batch_of([[1, 0]]))
    assert terms["localisation"].item() == 0.0
    assert terms["loss"].item() == pytest.approx(-math.log(0.75))


def test_the_total_is_classification_plus_weight_times_localisation() -> None:
    loss = SaliencyPrediction("multilabel", "l1", 0.5, "labelled")
    outputs = outputs_with([[0.0, 0.0]], torch.full((1, 1, 8, 8), 0.25))
    batch = batch_of([[1, 0]], has_mask=torch.ones(1, dtype=torch.bool))
    terms = loss(tiny_net(), outputs, batch)
    assert terms["classification"].item() == pytest.approx(math.log(2))
    assert terms["localisation"].item() == pytest.approx(0.25)
    assert terms["loss"].item() == pytest.approx(math.log(2) + 0.125)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="loc_loss 'l3' is not one of ce, l1, l2"):
        SaliencyPrediction("single", "l3", 1.0, "batch")
    with pytest.raises(ValueError, match="loc_reduction 'all' is not one of labelled, batch"):
        SaliencyPrediction("single", "ce", 1.0, "all")
    with pytest.raises(ValueError, match="needs a network with an SPN head"):
        SaliencyPrediction("single", "ce", 1.0, "batch")(tiny_net(), outputs_with([[0.0, 0.0]]), batch_of([[1, 0]]))
    with pytest.raises(ValueError, match=r"maps of \(4, 4\) pixels and masks of \(2, 2\)"):
        localisation_loss(torch.ones(4, 1, 4, 4), MASKS, HALF, "ce", "batch")
