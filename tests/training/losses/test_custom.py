"""000's total loss and its two stages."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.losses.tiny_net import batch_of, tiny_net
from training.losses import LossTable, build_loss, masked_bce
from training.losses.loss import Loss

TRAIN = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=np.float32)
BATCH = batch_of([[1, 0, 0], [0, 1, 1]], side=16)


def custom(**own: object) -> Loss:
    return build_loss(LossTable("custom", **own), TRAIN, "multilabel")  # type: ignore[arg-type]


def test_the_total_adds_both_terms_with_their_factors() -> None:
    net = tiny_net(3)
    terms = custom(lambda2=0.5)(net, net(BATCH.images), BATCH)
    assert set(terms) == {"loss", "wce", "cd", "sc"}
    expected = terms["wce"] + 1.4 * terms["cd"] + 0.5 * terms["sc"]
    assert terms["loss"].item() == pytest.approx(expected.item())
    assert terms["sc"].item() > 0
    weights = torch.tensor([3.0, 3.0, 1.0])
    assert terms["wce"].item() == pytest.approx(masked_bce(net(BATCH.images).logits, BATCH.labels, weights).item())


def test_a_term_of_weight_zero_is_not_computed() -> None:
    net = tiny_net(3)
    assert set(custom()(net, net(BATCH.images), BATCH)) == {"loss", "wce", "cd"}
    assert set(custom(lambda1=0.0, lambda2=1.0)(net, net(BATCH.images), BATCH)) == {"loss", "wce", "sc"}


def test_stage_one_is_the_weighted_cross_entropy_alone() -> None:
    net, loss = tiny_net(3), custom(stage1_epochs=2)
    stages = []
    for epoch in range(4):
        loss.set_epoch(epoch)
        stages.append(set(loss(net, net(BATCH.images), BATCH)))
    assert stages == [{"loss", "wce"}] * 2 + [{"loss", "wce", "cd"}] * 2


def test_the_schedule_says_when_stage_two_starts() -> None:
    stages = LossTable("custom", stage1_epochs=10).stages
    assert [stages.stage(epoch) for epoch in (0, 9, 10, 14)] == [1, 1, 2, 2]
    assert [epoch for epoch in range(15) if stages.starts(epoch)] == [10]
    assert not any(LossTable("custom").stages.starts(epoch) for epoch in range(15))
    assert LossTable("wce", stage1_epochs=10).stages.stage(0) == 2  # a key of another loss


def test_training_on_it_makes_the_maps_more_distinct() -> None:
    net = tiny_net(3, seed=1)
    loss, optimizer = custom(lambda1=10.0), torch.optim.Adam(net.parameters(), 1e-2)
    values = []
    for _ in range(15):
        terms = loss(net, net(BATCH.images), BATCH)
        optimizer.zero_grad()
        terms["loss"].backward()
        optimizer.step()
        values.append(terms["cd"].item())
    assert values[-1] < values[0] - 0.05


def test_it_works_under_bfloat16_autocast_with_terms_in_float32() -> None:
    net = tiny_net(3)
    with torch.autocast("cpu", torch.bfloat16):
        terms = custom(lambda2=1.0)(net, net(BATCH.images), BATCH)
    assert {term.dtype for term in terms.values()} == {torch.float32}
    terms["loss"].backward()
    assert bool(torch.isfinite(net.trunk[0].weight.grad).all())


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lambda1 1\.4 of loss 'custom' needs at least 2 classes, got 1"):
        build_loss(LossTable("custom"), TRAIN[:, :1], "multilabel")
    with pytest.raises(ValueError, match="sc_reduction 'max' is not one of mean, sum"):
        custom(sc_reduction="max")
    with pytest.raises(ValueError, match="stage1_epochs -1 is below 0"):
        custom(stage1_epochs=-1)


def test_it_is_a_module_whose_weights_are_recorded() -> None:
    loss = custom()
    assert isinstance(loss, nn.Module)
    assert loss.document() == {"pos_weight": [3.0, 3.0, 1.0]}
