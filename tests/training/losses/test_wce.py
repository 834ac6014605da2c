"""Weighted cross-entropy: the weights of the training set, and the number of methods.md §14.3."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.training.losses.tiny_net import batch_of, outputs_with, tiny_net
from training.losses.class_balance import positive_rates
from training.losses.wce import WeightedCrossEntropy

# label 0: 1 positive, 3 negatives; label 1: 2 of 3 known; label 2: no positive; label 3: nobody knows.
TRAIN = np.array(
    [[1, 1, 0, math.nan], [0, 1, 0, -1], [0, 0, 0, math.nan], [0, math.nan, 0, math.nan]], dtype=np.float32
)


def test_the_weights_are_negatives_over_positives_and_are_recorded() -> None:
    assert WeightedCrossEntropy(TRAIN).document() == {"pos_weight": [3.0, 0.5, 1.0, 1.0]}
    assert positive_rates(TRAIN).tolist() == pytest.approx([0.25, 2 / 3, 0, 0])


def test_a_weight_of_three_gives_the_number_of_the_design() -> None:
    # z = (0, 2, -1), y = (1, 1, 0): (3 ln 2 + 3 ln(1 + e^-2) + ln(1 + e^-1)) / 3
    loss = WeightedCrossEntropy(np.repeat(TRAIN[:, :1], 3, axis=1))
    terms = loss(tiny_net(), outputs_with([[0.0, 2.0, -1.0]]), batch_of([[1, 1, 0]]))
    assert terms["loss"].item() == pytest.approx(0.924496, abs=1e-6)


def test_the_weights_travel_with_the_state_of_the_run() -> None:
    assert WeightedCrossEntropy(TRAIN).state_dict()["pos_weight"].tolist() == [3.0, 0.5, 1.0, 1.0]
