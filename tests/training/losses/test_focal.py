"""Focal loss against the numbers of methods.md §14.3."""

from __future__ import annotations

import math

import pytest
import torch

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.losses import masked_bce
from training.losses.focal import FocalLoss, focal_loss

Z, Y = torch.tensor([[0.0, 2.0, -1.0]]), torch.tensor([[1.0, 1.0, 0.0]])


@pytest.mark.parametrize(("alpha", "expected"), [(-1.0, 0.065916), (0.25, 0.020255)])
def test_gamma_two_of_the_design_example(alpha: float, expected: float) -> None:
    terms = FocalLoss(2.0, alpha)(tiny_net(), outputs_with(Z), batch_of(Y))
    assert terms["loss"].item() == pytest.approx(expected, abs=1e-6)


def test_gamma_zero_is_binary_cross_entropy() -> None:
    assert focal_loss(Z, Y, 0.0, -1.0).item() == pytest.approx(masked_bce(Z, Y).item(), abs=1e-7)


def test_an_unknown_label_costs_nothing() -> None:
    unknown = torch.tensor([[1.0, math.nan, -1.0]])
    # p_t = .5: .25 ln 2
    assert focal_loss(Z, unknown, 2.0, -1.0).item() == pytest.approx(0.25 * math.log(2))


def test_wrong_settings_are_refused_with_their_value() -> None:
    with pytest.raises(ValueError, match=r"gamma -1\.0 of the focal loss is below 0"):
        FocalLoss(-1.0, -1.0)
    with pytest.raises(ValueError, match=r"alpha 25\.0 of the focal loss is above 1"):
        FocalLoss(2.0, 25.0)
