"""Weighted cross-entropy: the weights of the training set, and the number of methods.md §14.3."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.losses import LossTable, build_loss
from training.losses.class_balance import positive_rates
from training.losses.wce import WeightedCrossEntropy

# label 0: 1 positive, 3 negatives; label 1: 2 of 3 known; label 2: no positive; label 3: nobody knows.
TRAIN = np.array(
    [[1, 1, 0, math.nan], [0, 1, 0, -1], [0, 0, 0, math.nan], [0, math.nan, 0, math.nan]], dtype=np.float32
)


def test_the_weights_are_negatives_over_positives_and_are_recorded() -> None:
    assert WeightedCrossEntropy(TRAIN).document() == {"pos_weight": [3.0, 0.5, 1.0, 1.0]}
    assert positive_rates(TRAIN).tolist() == pytest.approx([0.25, 2 / 3, 0, 0])


def test_a_label_that_counts_for_half_in_the_loss_does_so_in_the_balance() -> None:
    """Label 0: positives 1 + 1/2, negatives 1/2 + 1; label 1: nothing but halves, and the unknown one counts for nothing."""
    labels = np.array([[1, 1], [1, 0], [0, math.nan], [0, 0]], dtype=np.float32)
    weights = np.array([[1, 0.5], [0.5, 0.5], [0.5, 1], [1, 0.5]], dtype=np.float32)
    assert WeightedCrossEntropy(labels, weights).document() == {"pos_weight": [1.0, 2.0]}
    weights[0, 0] = 0.5  # positives 1, negatives 1.5
    loss = build_loss(LossTable("wce"), labels, "multilabel", weights)
    assert loss.document() == {"pos_weight": [1.5, 2.0]}
    batch = replace(batch_of(labels.tolist()), weights=torch.from_numpy(weights))
    # z = 0, so each is ln 2 times pos_weight and weight: (1.5/2 + 1.5/2 + 1/2 + 1) + (2/2 + 1/2 + 1/2) over 7 known
    terms = loss(tiny_net(), outputs_with([[0.0, 0.0]] * 4), batch)
    assert terms["loss"].item() == pytest.approx(5 * math.log(2) / 7, abs=1e-6)


def test_a_weight_of_three_gives_the_number_of_the_design() -> None:
    # z = (0, 2, -1), y = (1, 1, 0): (3 ln 2 + 3 ln(1 + e^-2) + ln(1 + e^-1)) / 3
    loss = WeightedCrossEntropy(np.repeat(TRAIN[:, :1], 3, axis=1))
    terms = loss(tiny_net(), outputs_with([[0.0, 2.0, -1.0]]), batch_of([[1, 1, 0]]))
    assert terms["loss"].item() == pytest.approx(0.924496, abs=1e-6)


def test_the_weights_travel_with_the_state_of_the_run() -> None:
    assert WeightedCrossEntropy(TRAIN).state_dict()["pos_weight"].tolist() == [3.0, 0.5, 1.0, 1.0]
