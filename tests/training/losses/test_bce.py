"""Binary cross-entropy against hand computation and the numbers of methods.md §14.3."""

from __future__ import annotations

import math

import pytest
import torch

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.losses import masked_bce
from training.losses.bce import BinaryCrossEntropy

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


def test_the_loss_of_a_batch_is_that_of_its_logits() -> None:
    terms = BinaryCrossEntropy()(tiny_net(), outputs_with(Z), batch_of([[1.0, 1.0, 0.0]]))
    assert set(terms) == {"loss"}
    assert terms["loss"].item() == pytest.approx(0.377779, abs=1e-6)
