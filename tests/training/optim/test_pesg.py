"""PESG against the numbers of methods.md §14.3 and hand computation."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from training.losses.aucm import AucMargin
from training.optim.pesg import PESG


def margins(a: float = 0.3, b: float = 0.2, alpha: float = 0.5) -> AucMargin:
    loss = AucMargin(np.array([[0.0], [1.0]], dtype=np.float32))
    with torch.no_grad():
        for parameter, value in ((loss.a, a), (loss.b, b), (loss.alpha, alpha)):
            parameter.fill_(value)
    return loss


def pesg(weight: nn.Parameter, loss: AucMargin, **own: Any) -> PESG:
    groups = [
        {"name": "head", "params": [weight]},
        {"name": "margins", "params": [loss.a, loss.b]},
        {"name": "alpha", "params": [loss.alpha]},
    ]
    return PESG(groups, loss, **({"lr": 0.1} | own))


def stepped(optimizer: PESG, weight: nn.Parameter, *gradients: float) -> float:
    for gradient in gradients:
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
    return weight.item()


def test_the_number_of_the_design() -> None:
    # w = 1, g = .5, reference 0: 1 - .1 (.5 + .002 * 1) = .9498
    weight = nn.Parameter(torch.ones(()))
    optimizer = pesg(weight, margins())
    optimizer.state[weight] = {"reference": torch.zeros(()), "mean": torch.zeros(())}
    assert stepped(optimizer, weight, 0.5) == pytest.approx(0.9498)


def test_alpha_rises_by_the_closed_form_of_the_design_and_never_falls_below_zero() -> None:
    # .5 + .1 (2 (1 + .2 - .3) - 2 .5) = .58
    loss = margins()
    stepped(pesg(nn.Parameter(torch.ones(())), loss), loss.alpha, 123.0)  # alpha's own gradient is not used
    assert loss.alpha.item() == pytest.approx(0.58)
    low = margins(a=3.0, alpha=0.1)  # .1 + .1 (2 (1 + .2 - 3) - .2) < 0
    stepped(pesg(nn.Parameter(torch.ones(())), low), low.alpha, 0.0)
    assert low.alpha.item() == 0.0


def test_a_and_b_go_down_with_the_weights_and_alpha_sees_the_new_ones() -> None:
    # a - .1 * 1 (clipped gradient 2; a is its own reference) = .2, b + .1 * .5 = .25; alpha .5 + .1 (2 * 1.05 - 1) = .61
    loss = margins()
    loss.a.grad, loss.b.grad = torch.tensor([2.0]), torch.tensor([-0.5])
    pesg(nn.Parameter(torch.ones(())), loss).step()
    assert [loss.a.item(), loss.b.item(), loss.alpha.item()] == pytest.approx([0.2, 0.25, 0.61])


def test_the_first_reference_is_the_start_and_gradients_are_clipped() -> None:
    # step 1: 1 - .1 * 1 = .9 (no pull yet); step 2: .9 - .1 (1 + .5 (.9 - 1)) = .805
    weight = nn.Parameter(torch.ones(()))
    optimizer = pesg(weight, margins(), epoch_decay=0.5)
    assert stepped(optimizer, weight, 7.0) == pytest.approx(0.9)
    assert stepped(optimizer, weight, 7.0) == pytest.approx(0.805)


def test_weight_decay_pulls_to_zero() -> None:
    weight = nn.Parameter(torch.ones(()))
    assert stepped(pesg(weight, margins(), weight_decay=0.5), weight, 0.0) == pytest.approx(0.95)


def test_when_the_rate_falls_the_reference_becomes_the_mean_of_the_stage() -> None:
    # stage 1 ends at .9, .8 (epoch_decay 0 then): mean .85. Stage 2, lr .01, decay 1: .8 - .01 (0 + (.8 - .85)) = .8005
    weight = nn.Parameter(torch.ones(()))
    optimizer = pesg(weight, margins(), epoch_decay=0.0)
    stepped(optimizer, weight, 1.0, 1.0)
    for group in optimizer.param_groups:
        group["lr"], group["epoch_decay"] = 0.01, 1.0
    assert stepped(optimizer, weight, 0.0) == pytest.approx(0.8005)
    assert optimizer.state[weight]["reference"].item() == pytest.approx(0.85)
    assert optimizer.state[weight]["mean"].item() == pytest.approx(0.8005)  # a new stage has begun


def test_momentum_is_libaucs_running_mean() -> None:
    # buffers: .4; (1 - .25) .4 + .25 .8 = .5: 1 - .1 .4 = .96, .96 - .1 .5 = .91
    weight = nn.Parameter(torch.ones(()))
    assert stepped(pesg(weight, margins(), momentum=0.25, epoch_decay=0.0), weight, 0.4, 0.8) == pytest.approx(0.91)


def test_a_resumed_run_steps_as_one_that_was_not_interrupted() -> None:
    weight, again = nn.Parameter(torch.ones(())), nn.Parameter(torch.ones(()))
    optimizer = pesg(weight, margins(), momentum=0.5)
    stepped(optimizer, weight, 0.4, -0.7)
    with torch.no_grad():
        again.copy_(weight)
    resumed = pesg(again, margins(), momentum=0.5)
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert stepped(optimizer, weight, 0.2) == stepped(resumed, again, 0.2)


def test_it_raises_the_auc_of_a_linear_score() -> None:
    torch.manual_seed(0)
    labels = (torch.rand(64, 1) < 0.2).float()
    inputs = torch.randn(64, 2) + labels * torch.tensor([2.5, 0.0])
    loss, weight = AucMargin(labels.numpy()), nn.Parameter(torch.tensor([[-0.5], [0.5]]))
    optimizer = pesg(weight, loss, lr=1.0)
    values = []
    for _ in range(150):
        scores = torch.sigmoid(inputs @ weight)
        values.append((scores[labels == 1].unsqueeze(1) > scores[labels == 0]).float().mean().item())
        optimizer.zero_grad()
        loss.surrogate(scores, labels).backward()
        optimizer.step()
    assert values[0] < 0.4
    assert values[-1] > 0.75


def test_wrong_settings_are_refused_with_their_value() -> None:
    with pytest.raises(ValueError, match=r"momentum 1\.0 of PESG is not in \[0, 1\)"):
        pesg(nn.Parameter(torch.ones(())), margins(), momentum=1.0)
    with pytest.raises(ValueError, match=r"clip 0\.0 of PESG is not above 0"):
        pesg(nn.Parameter(torch.ones(())), margins(), clip=0.0)
