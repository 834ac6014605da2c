"""Softmax cross-entropy by hand."""

from __future__ import annotations

import math

import pytest

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.losses.ce import SoftmaxCrossEntropy


def value(logits: list[list[float]], labels: list[list[float]]) -> float:
    return SoftmaxCrossEntropy()(tiny_net(), outputs_with(logits), batch_of(labels))["loss"].item()


def test_the_mean_of_minus_log_of_the_true_class() -> None:
    # softmax of (ln 3, 0) = (.75, .25)
    logits = [[math.log(3), 0.0], [math.log(3), 0.0]]
    assert value(logits, [[1, 0], [0, 1]]) == pytest.approx((-math.log(0.75) - math.log(0.25)) / 2)


def test_an_image_without_a_class_is_left_out_of_the_mean() -> None:
    assert value([[math.log(3), 0.0], [5.0, 0.0]], [[1, 0], [math.nan, math.nan]]) == pytest.approx(-math.log(0.75))
    assert value([[5.0, 0.0]], [[math.nan, 0]]) == 0.0


def test_it_is_torchs_cross_entropy() -> None:
    import torch

    logits, classes = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    one_hot = torch.nn.functional.one_hot(classes, 3)
    expected = torch.nn.functional.cross_entropy(logits, classes).item()
    assert value(logits.tolist(), one_hot.tolist()) == pytest.approx(expected, abs=1e-6)
