"""Paired DeLong, exact McNemar and the agreement of maps, by hand and in simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from training.metrics import auc, mcnemar, paired_auc
from training.metrics.map_agreement import map_agreement


def test_the_paired_variance_by_hand() -> None:
    # positives 2; negatives 2. First: positives 1, 3, negatives 0, 2: shares of negatives below .5, 1; of positives above 1, .5.
    # Second: positives 2, 3, negatives 0, 1: all 1. Differences: positives .5, 0; negatives 0, .5; gap .25.
    # var = var(.5, 0)/2 + var(0, .5)/2 = .125/2 + .125/2 = .125.
    labels = np.array([1.0, 1, 0, 0])
    found = paired_auc.estimate(np.array([1.0, 3, 0, 2]), np.array([2.0, 3, 0, 1]), labels, list("abcd"), 50)
    assert found.difference.value == pytest.approx(0.25)
    error = math.sqrt(0.125)
    assert found.difference.ci == pytest.approx((0.25 - 1.959964 * error, 0.25 + 1.959964 * error))
    assert found.p == pytest.approx(2 * norm.sf(0.25 / error))


def test_the_same_order_is_no_difference_at_all() -> None:
    scores, labels = np.arange(6.0), np.array([0.0, 1, 0, 1, 0, 1])
    found = paired_auc.estimate(scores, scores * 2 + 1, labels, list("abcdef"), 50)
    assert (found.difference.value, found.p, found.bootstrap_ci) == (0.0, 1.0, (0.0, 0.0))
    assert found.first == auc.estimate(scores, labels).value


def test_the_test_keeps_its_level_when_nothing_differs() -> None:
    rejected = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        labels = (np.arange(80) < 40).astype(float)
        shared = random.normal(size=80) + labels
        one, other = (shared + random.normal(size=80) for _ in range(2))
        rejected += paired_auc.estimate(one, other, labels, [str(i) for i in range(80)], 1).p < 0.05
    assert 8 <= rejected <= 34  # 5 % of 400 is 20, standard deviation 4.4


def test_an_absent_class_leaves_nothing_to_compare() -> None:
    document = paired_auc.estimate(np.zeros(2), np.ones(2), np.ones(2), ["a", "b"]).document()
    assert document["difference"]["note"] == "one class is absent"
    assert (document["p"], document["patient_bootstrap_ci"]) == (None, None)
    with pytest.raises(ValueError, match="2, 1 scores, 2 labels, 2 patients; the counts must agree"):
        paired_auc.estimate(np.zeros(2), np.ones(1), np.ones(2), ["a", "b"])


def test_mcnemar_counts_discordant_cases_only() -> None:
    # six cases only the second gets right, none only the first: two-sided 2 / 2^6
    first = np.array([True] * 5 + [False] * 6 + [False] * 2)
    second = np.array([True] * 5 + [True] * 6 + [False] * 2)
    found = mcnemar.estimate(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither) == (5, 0, 6, 2)
    assert found.p == pytest.approx(2 / 64)
    assert mcnemar.estimate(first, first).p == 1.0
    with pytest.raises(ValueError, match="13 and 2 cases"):
        mcnemar.estimate(first, second[:2])


def test_equal_maps_agree_and_mirrored_ones_do_not() -> None:
    ramp = np.arange(100.0).reshape(10, 10)
    same = map_agreement([ramp], [3 * ramp + 1], ["a"], 10)
    assert same["correlation"]["value"] == pytest.approx(1.0)
    assert same["iou_top"]["value"] == 1.0
    mirrored = map_agreement([ramp], [-ramp], ["a"], 10)
    assert mirrored["correlation"]["value"] == pytest.approx(-1.0)
    assert mirrored["iou_top"]["value"] == 0.0


def test_maps_of_other_sizes_meet_on_the_finer_grid_and_constants_are_counted() -> None:
    coarse = np.array([[0.0, 1.0], [0.0, 1.0]])
    fine = np.tile([0.0, 0.25, 0.75, 1.0], (4, 1))  # what bilinear interpolation makes of it
    found = map_agreement([coarse, np.ones((2, 2))], [fine, fine], ["a", "b"], 10)
    assert found["correlation"]["value"] == pytest.approx(1.0)
    assert (found["correlation"]["n"], found["constant"]) == (1, 1)
    nothing = map_agreement([np.ones((2, 2))], [fine], ["a"])
    assert nothing["iou_top"]["note"] == "no pair of maps that both vary"
    with pytest.raises(ValueError, match="1 and 2 maps, 1 patients"):
        map_agreement([coarse], [fine, fine], ["a"])
