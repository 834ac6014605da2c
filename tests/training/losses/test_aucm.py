"""The AUC min-max surrogate against the numbers of methods.md §14.3."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.data.dual_sampler import DualSampler
from training.losses.aucm import AucMargin

SCORES, LABELS = torch.tensor([[0.1], [0.4], [0.35], [0.8]]), torch.tensor([[0.0], [0.0], [1.0], [1.0]])


def at(version: str, labels: Tensor = LABELS) -> AucMargin:
    """a = .3, b = .2, alpha = .5, p = the rate of `labels`, m = 1."""
    loss = AucMargin(labels.numpy(), version)
    with torch.no_grad():
        for parameter, value in ((loss.a, 0.3), (loss.b, 0.2), (loss.alpha, 0.5)):
            parameter.fill_(value)
    return loss


@pytest.mark.parametrize(("version", "expected"), [("v1", 0.1440625), ("v2", 0.576250)])
def test_the_numbers_of_the_design(version: str, expected: float) -> None:
    assert at(version).surrogate(SCORES, LABELS).item() == pytest.approx(expected, abs=1e-7)


def test_the_gradients_of_version_one() -> None:
    loss = at("v1")
    loss.surrogate(SCORES, LABELS).backward()
    assert [own.grad.item() for own in (loss.a, loss.b, loss.alpha) if own.grad is not None] == pytest.approx(
        [-0.1375, -0.0250, 0.0875], abs=1e-6
    )


def test_version_two_is_version_one_over_p_times_q_when_p_is_the_batches_rate() -> None:
    torch.manual_seed(0)
    labels = (torch.rand(12, 3) < 0.3).float()
    labels[0], labels[1] = 1, 0  # both classes present
    scores, p = torch.rand(12, 3), labels.mean(dim=0)
    first, second = at("v1", labels), at("v2", labels)
    for label in range(3):
        mask = torch.full_like(labels, math.nan)
        mask[:, label] = labels[:, label]
        ratio = p[label] * (1 - p[label])
        assert second.surrogate(scores, mask).item() == pytest.approx(
            (first.surrogate(scores, mask) / ratio).item(), rel=1e-4
        )


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("label", [0.0, 1.0, math.nan])
def test_a_class_absent_from_the_batch_gives_a_number(version: str, label: float) -> None:
    loss = at(version)
    scores = SCORES.clone().requires_grad_(True)
    value = loss.surrogate(scores, torch.full_like(LABELS, label))
    value.backward()
    assert math.isfinite(value.item())
    assert scores.grad is not None
    assert bool(torch.isfinite(scores.grad).all())
    if math.isnan(label):
        assert value.item() == 0.0


def test_version_two_without_positives_by_hand() -> None:
    # mean-(s-b)^2 = ((.1-.2)^2 + (.4-.2)^2)/2 = .025; mean- s = .25; .025 + 2*.5*(1 + .25) - .25 = 1.025
    assert at("v2").surrogate(SCORES[:2], LABELS[:2]).item() == pytest.approx(1.025)


def test_every_label_has_its_own_rate_and_the_loss_is_their_mean() -> None:
    train = np.array([[1, 0], [0, 0], [0, 0], [0, 1.0]], dtype=np.float32)
    loss = AucMargin(train)
    assert loss.document() == {"positive_rate": [0.25, 0.25]}
    both = torch.cat([LABELS, 1 - LABELS], dim=1)
    scores = SCORES.repeat(1, 2)
    nan = torch.full_like(LABELS, math.nan)
    alone = [loss.surrogate(scores, torch.cat(pair, dim=1)) for pair in ((LABELS, nan), (nan, 1 - LABELS))]
    assert loss.surrogate(scores, both).item() == pytest.approx(torch.stack(alone).mean().item())


def test_alpha_is_never_below_zero_in_training() -> None:
    loss = at("v1")
    with torch.no_grad():
        loss.alpha.fill_(-0.2)
    loss(tiny_net(), outputs_with(torch.logit(SCORES)), batch_of(LABELS))["loss"].backward()
    assert loss.alpha.item() == 0.0


def test_the_gradient_agrees_with_finite_differences() -> None:
    for version in ("v1", "v2"):
        loss = at(version).double()
        assert torch.autograd.gradcheck(
            lambda s, own=loss: own.surrogate(s, LABELS.double()), SCORES.double().requires_grad_(True)
        )


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 'v3' of loss 'aucm' is not one of v1, v2"):
        AucMargin(LABELS.numpy(), "v3")


def test_version_one_takes_the_rate_at_which_a_balanced_sampler_draws() -> None:
    # 2 % positives drawn as half of each batch. At a = mean s of positives, b = of negatives, alpha = 1 + b - a the loss is at its
    # saddle: d/dalpha = 0, and v1 = p(1-p) v2, both only with p = 1/2.
    random = np.random.default_rng(0)
    labels = (np.arange(900) < 20).astype(float)
    drawn = labels[list(DualSampler(labels, 64))]
    batch = torch.from_numpy(drawn[:64])[:, None].float()
    scores = torch.from_numpy(random.uniform(0.1, 0.5, (64, 1))).float() + 0.3 * batch
    assert _ratio_and_slope(drawn[:, None], scores, batch) == pytest.approx((1.0, 0.0), abs=1e-5)
    ratio, slope = _ratio_and_slope(labels[:, None], scores, batch)
    assert abs(ratio - 1) > 0.5
    assert abs(slope) > 0.01


def test_the_case_of_a_balanced_sampler(shared_data: Callable[[str], Path]) -> None:
    given = json.loads((shared_data("../cases/training") / "aucm_v1_balanced.json").read_text())
    batch = torch.tensor(given["labels"])[:, None]
    scores = torch.tensor(given["scores"])[:, None]
    assert _ratio_and_slope(batch.numpy(), scores, batch) == pytest.approx((1.0, 0.0), abs=1e-5)


def _ratio_and_slope(counted: np.ndarray, scores: Tensor, batch: Tensor) -> tuple[float, float]:
    """v1 / (p(1-p) v2) at the saddle of the batch, and d v1 / d alpha there; `counted`: the labels that p is counted from."""
    one, two = AucMargin(counted, "v1"), AucMargin(counted, "v2")
    high, low = scores[batch == 1].mean(), scores[batch == 0].mean()
    with torch.no_grad():
        for own in (one, two):
            own.a.fill_(high)
            own.b.fill_(low)
            own.alpha.fill_(1 + low - high)
    value = one.surrogate(scores, batch)
    value.backward()
    rate = float(batch.mean())
    assert one.alpha.grad is not None
    ratio = value.item() / (rate * (1 - rate) * two.surrogate(scores, batch).item())
    return ratio, one.alpha.grad.item()
