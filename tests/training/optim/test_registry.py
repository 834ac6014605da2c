"""Optimisers by name: their settings, groups and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from training.losses import LossTable, build_loss
from training.losses.loss import Loss
from training.optim import OPTIMISERS, OptimTable, build_optimizer

TRAIN = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)


class TwoParts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.head = nn.Linear(2, 3), nn.Linear(3, 2)


def loss(name: str = "bce") -> Loss:
    return build_loss(LossTable(name), TRAIN, "multilabel")


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_takes_a_step_down_on_its_loss(name: str) -> None:
    torch.manual_seed(0)
    model, own = TwoParts(), loss("aucm")
    optimizer = build_optimizer(OptimTable(name, lr=0.01), model, own)
    x, y = torch.randn(8, 2), (torch.rand(8, 2) < 0.5).float()

    def value() -> torch.Tensor:
        return own.surrogate(torch.sigmoid(model.head(model.trunk(x))), y)  # type: ignore[operator]

    before = model.head.weight.detach().clone()
    value().backward()
    optimizer.step()
    assert not torch.equal(model.head.weight, before)
    assert bool((own.alpha > 0).all())  # up: its gradient at 0 is 2pq(m + mean- s - mean+ s) > 0


def test_keras_epsilon_and_the_other_settings_reach_the_optimiser() -> None:
    adam = build_optimizer(OptimTable(lr=1e-3, eps=1e-7, weight_decay=1e-5), TwoParts(), loss())
    assert [adam.defaults[key] for key in ("lr", "eps", "weight_decay", "decoupled_weight_decay")] == [
        1e-3, 1e-7, 1e-5, False,
    ]  # fmt: skip
    sgd = build_optimizer(OptimTable("sgd", lr=1e-3, momentum=0.9), TwoParts(), loss())
    assert sgd.defaults["momentum"] == 0.9
    rmsprop = build_optimizer(OptimTable("rmsprop", eps=1e-7), TwoParts(), loss())
    assert [rmsprop.defaults[key] for key in ("alpha", "eps")] == [0.9, 1e-7]
    assert build_optimizer(OptimTable("adamw"), TwoParts(), loss()).defaults["decoupled_weight_decay"] is True


def test_trunk_and_head_have_rates_of_their_own() -> None:
    model = TwoParts()
    optimizer = build_optimizer(OptimTable("sgd", lr=0.01, trunk_lr_factor=0.1, head_lr_factor=2.0), model, loss())
    rates = {group["name"]: (group["lr"], {id(own) for own in group["params"]}) for group in optimizer.param_groups}
    assert rates["trunk"] == (pytest.approx(0.001), {id(own) for own in model.trunk.parameters()})
    assert rates["head"] == (pytest.approx(0.02), {id(own) for own in model.head.parameters()})


def test_frozen_parameters_are_left_out() -> None:
    model = TwoParts()
    model.trunk.requires_grad_(False)
    optimizer = build_optimizer(OptimTable(), model, loss())
    assert [group["name"] for group in optimizer.param_groups] == ["head"]


def test_the_parameters_of_the_loss_are_trained_without_decay_and_alpha_upwards() -> None:
    own = loss("aucm")
    optimizer = build_optimizer(OptimTable(weight_decay=0.1, lr=0.5), TwoParts(), own)
    groups = {group["name"]: group for group in optimizer.param_groups}
    assert [groups[name]["weight_decay"] for name in ("head", "margins", "alpha")] == [0.1, 0.0, 0.0]
    assert [groups[name]["maximize"] for name in ("head", "margins", "alpha")] == [False, False, True]
    own.surrogate(torch.full((2, 2), 0.5), torch.tensor(TRAIN)).backward()  # type: ignore[operator]
    optimizer.step()
    assert own.alpha.tolist() == pytest.approx([0.5, 0.5], rel=1e-4)  # Adam's first step is lr, upwards


@pytest.mark.parametrize(
    ("table", "model", "message"),
    [
        (OptimTable("lion"), TwoParts(), "optimiser 'lion' is not one of adam, adamw, sgd, rmsprop, pesg"),
        (OptimTable("pesg"), TwoParts(), "optimiser 'pesg' trains loss 'aucm' only, got BinaryCrossEntropy"),
        (OptimTable(trunk_lr_factor=0.1), nn.Linear(2, 2), r"trunk_lr_factor 0\.1: Linear has no trunk"),
        (OptimTable(), TwoParts().requires_grad_(False), "no parameter of TwoParts is to be trained"),
    ],
)
def test_what_does_not_fit_is_refused(table: OptimTable, model: nn.Module, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_optimizer(table, model, loss())


def test_rates_that_are_not_above_zero_are_refused() -> None:
    with pytest.raises(ValueError, match=r"optim: lr 0\.0 is not above 0"):
        OptimTable(lr=0.0)


def test_norms_and_biases_may_be_spared_the_decay() -> None:
    net = TwoParts()
    table = OptimTable("adamw", weight_decay=0.05, decay_all=False)
    groups = build_optimizer(table, net, loss()).param_groups
    decay = {id(own): group["weight_decay"] for group in groups for own in group["params"]}
    assert len(decay) == len(list(net.parameters()))
    for own in net.parameters():
        assert decay[id(own)] == (0.05 if own.ndim > 1 else 0.0)
