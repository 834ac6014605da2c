"""The three figures that steer a run, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from training.data.samples import MULTILABEL, SINGLE
from training.run.epoch_metrics import epoch_metrics
from training.run.epoch_order import EpochOrder
from training.run.module import right_answers


def test_single_label_metrics_by_hand() -> None:
    logits = np.array([[2.0, 1.0], [0.0, 1.0], [3.0, 1.0], [0.0, 2.0]])
    labels = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    found = epoch_metrics(logits, labels, SINGLE)
    assert found["val_acc"] == 0.75
    # class 0: TP 1, FP 1, FN 0 -> 2/3; class 1: TP 2, FP 0, FN 1 -> 4/5
    assert found["val_f1_macro"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    # class 0 by its logit: positive 2; negatives 0, 3, 0 -> 2/3. class 1: positives 1, 1, 2 against 1 -> (1/2+1/2+1)/3
    assert found["val_auc_mean"] == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_unknown_labels_and_absent_classes_are_left_out() -> None:
    logits = np.array([[1.0, -1.0], [-1.0, 2.0], [2.0, 1.0]])
    labels = np.array([[1.0, math.nan], [0.0, 1.0], [math.nan, 1.0]])
    found = epoch_metrics(logits, labels, MULTILABEL)
    assert found["val_acc"] == 1.0
    assert found["val_auc_mean"] == 1.0  # the second label has no negative and counts for nothing
    share = right_answers(torch.from_numpy(logits), torch.from_numpy(labels), MULTILABEL)
    assert float(share) == 1.0


def test_without_any_label_nothing_is_claimed() -> None:
    found = epoch_metrics(np.zeros((2, 1)), np.full((2, 1), math.nan), MULTILABEL)
    assert math.isnan(found["val_acc"])
    assert math.isnan(found["val_auc_mean"])


def test_the_order_of_an_epoch_follows_from_seed_and_epoch() -> None:
    order = EpochOrder(20, seed=3)
    first, second = list(order), list(order)
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second
    order.set_epoch(0)
    assert list(order) == first
    assert list(EpochOrder(20, seed=4)) != first


def test_so_many_phantoms_of_the_pool_join_every_epoch() -> None:
    drawn = np.array([False] * 4 + [True] * 10)
    order = EpochOrder(14, 0, drawn, per_epoch=3)
    assert len(order) == 7
    epochs = [list(order) for _ in range(2)]
    for rows in epochs:
        assert {row for row in rows if row < 4} == set(range(4))
        assert len({row for row in rows if row >= 4}) == 3
    assert {*epochs[0]} != {*epochs[1]}
    order.set_epoch(0)
    assert list(order) == epochs[0]
    assert sorted(EpochOrder(14, 0, drawn)) == list(range(14))  # 0 = all
    assert len(EpochOrder(10, 0, drawn[4:], per_epoch=3)) == 10  # phantoms alone: all
    assert list(EpochOrder(9, 3)) == np.random.default_rng((3, 0)).permutation(9).tolist()
