"""MIMO: several inputs on the channels, several answers (methods.md §5.6)."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from training.data.batch import Batch
from training.losses import LossTable
from training.losses.bce import BinaryCrossEntropy
from training.losses.registry import OF_LOGITS, build_loss
from training.models.mimo import averaged_logits, member_batch, widen_first_convolution
from training.models.model_registry import ModelTable, build_model
from training.run.module import RowModule, StepSettings

IMAGES = torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(0))


def net(members: int, channels: int = 1) -> nn.Module:
    return build_model(ModelTable("mimo", backbone="resnet18", members=members), 2, channels, 64).eval()


def test_one_member_is_the_plain_network() -> None:
    plain, one = build_model(ModelTable("resnet18"), 2, 1, 64).eval(), net(1)
    one.load_state_dict(plain.state_dict())
    with torch.no_grad():
        expected, outputs = plain(IMAGES), one(IMAGES)
    assert torch.equal(outputs.logits, expected.logits)
    assert torch.equal(one.gradcam(outputs), plain.gradcam(expected))


def test_three_members_read_three_times_the_channels_and_say_three_times_the_classes() -> None:
    model = net(3)
    assert model.trunk.features.conv1.in_channels == 9
    assert model.head[-1].out_features == 6
    assert model(IMAGES).member_logits.shape == (3, 3, 2)


def test_at_test_time_the_image_is_repeated_and_probabilities_are_averaged() -> None:
    model = net(3)
    with torch.no_grad():
        outputs, stacked = model(IMAGES), model(IMAGES.repeat(1, 3, 1, 1))
    assert torch.allclose(outputs.member_logits, stacked.member_logits)
    assert torch.allclose(outputs.logits.sigmoid(), outputs.member_logits.sigmoid().mean(dim=1), atol=1e-6)


def test_the_average_stays_finite_where_a_probability_is_one() -> None:
    # mean of sigmoid(100) and sigmoid(0) = .75, log(.75 / .25) = log 3
    logits = averaged_logits(torch.tensor([[[100.0], [0.0]], [[200.0], [200.0]]]))
    assert logits[0].item() == pytest.approx(1.0986123)
    assert logits[1].item() == pytest.approx(200.0)


def test_copies_of_an_image_give_the_wide_convolution_what_one_gave() -> None:
    # so that start weights of a plain network mean the same
    features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1))
    colour = torch.rand(2, 3, 8, 8)
    expected = features(colour)
    widen_first_convolution(features, 3)
    assert torch.allclose(features(colour.repeat(1, 3, 1, 1)), expected, atol=1e-6)


def test_members_of_a_training_batch_see_other_cases_each_with_its_own_label() -> None:
    images = torch.arange(5.0).reshape(5, 1, 1, 1).expand(5, 1, 2, 2)
    labels = torch.arange(5.0).reshape(5, 1)
    batch = member_batch(images, labels, 3, generator=torch.Generator().manual_seed(0))
    assert (batch.images.shape, batch.labels.shape) == ((20, 3, 2, 2), (20, 3, 1))
    assert torch.equal(batch.images[:, :, 0, 0], batch.labels[:, :, 0])
    assert [batch.labels[:, m, 0].long().bincount().tolist() for m in range(3)] == [[4] * 5] * 3
    assert not torch.equal(batch.labels[:, 0], batch.labels[:, 1])


def test_repeated_inputs_are_alike_for_all_members() -> None:
    labels = torch.arange(6.0).reshape(6, 1)
    batch = member_batch(torch.zeros(6, 1, 1, 1), labels, 2, repetitions=1, same_probability=1.0)
    assert torch.equal(batch.labels[:, 0], batch.labels[:, 1])


def test_each_member_answers_for_cases_of_its_own() -> None:
    model = net(2)
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    answers = model.member_answers(IMAGES, labels, torch.Generator().manual_seed(0))
    assert [(outputs.logits.shape, own.shape) for outputs, own in answers] == [((12, 2), (12, 2))] * 2
    for member, (outputs, _) in enumerate(answers):
        assert torch.equal(outputs.logits, outputs.member_logits[:, member])
    assert not torch.equal(answers[0][1], answers[1][1])


def a_step(loss: str) -> torch.Tensor:
    """The training loss of two members under this [loss], as the fit loop takes it; the same draw every time."""
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, torch.nan]])
    own = build_loss(LossTable(name=loss), labels.numpy().astype(float), "multilabel")
    masks = torch.zeros(3, 1, 64, 64)
    batch = Batch(IMAGES, labels, masks, torch.zeros(3, dtype=torch.bool), torch.arange(3))
    torch.manual_seed(1)
    model = net(2).train()
    torch.manual_seed(1)
    module = RowModule(model, own, lambda module: None, StepSettings("multilabel"))
    found: torch.Tensor = module.terms(batch)["loss"]
    found.backward()
    assert (model.head[-1].weight.grad.abs().sum(dim=1) > 0).all()  # a step reaches every member
    return found.detach()


def test_every_loss_is_the_one_that_was_asked_for() -> None:
    found = {name: a_step(name).item() for name in OF_LOGITS}
    assert len({round(value, 5) for value in found.values()}) == len(OF_LOGITS)
    assert found["focal"] < found["bce"]  # (1 - p_t)^2 is below 1


def test_the_loss_is_the_sum_over_the_members() -> None:
    model, labels = net(2), torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, torch.nan]])
    answers = model.member_answers(IMAGES, labels, torch.Generator().manual_seed(0))
    expected = sum(
        functional.binary_cross_entropy_with_logits(outputs.logits[~own.isnan()], own[~own.isnan()])
        for outputs, own in answers
    )
    module = RowModule(model, BinaryCrossEntropy(), lambda module: None, StepSettings("multilabel"))
    model.member_answers = lambda images, labels: answers  # type: ignore[method-assign]
    batch = Batch(IMAGES, labels, torch.zeros(3, 1, 64, 64), torch.zeros(3, dtype=torch.bool), torch.arange(3))
    assert module.terms(batch)["loss"].item() == pytest.approx(float(expected.detach()), rel=1e-6)


def test_another_number_of_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="2 channels; allowed are 1 or 3 x 1"):
        net(3)(IMAGES.repeat(1, 2, 1, 1))
