"""Metrics against the numbers of methods.md §14.4 and hand computation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.metrics import auc, pointing, wilson

P = np.array([0.1, 0.2, 0.8, 0.9])
Y = np.array([0.0, 1.0, 1.0, 1.0])


def test_auc_counts_pairs_and_half_ties() -> None:
    # pairs: (.2,.1) yes, (.8,.1) yes, (.1,.1) tie -> 2.5 of 3
    result = auc.estimate(np.array([0.1, 0.2, 0.8, 0.1]), np.array([0.0, 1, 1, 1]))
    assert result.value == pytest.approx(2.5 / 3)


def test_auc_equals_scikit_learn_and_its_interval_covers_the_truth() -> None:
    # Two normals one standard deviation apart: AUC = Phi(1/sqrt 2) = .7602.
    covered = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        labels = (np.arange(120) < 50).astype(float)
        scores = random.normal(size=120) + labels
        result = auc.estimate(scores, labels)
        assert result.value == pytest.approx(roc_auc_score(labels, scores))
        covered += result.ci[0] <= 0.7602 <= result.ci[1]
    assert 180 <= covered <= 198


def test_auc_without_a_class_is_said_to_be_undefined() -> None:
    result = auc.estimate(P, np.ones(4))
    assert math.isnan(result.value)
    assert result.document() == {"value": None, "ci": None, "n": 4, "method": "delong", "note": "one class is absent"}


def test_delong_variance_by_hand() -> None:
    # positives 1, 3; negatives 0, 2. psi rows: (1 > 0, 1 < 2) = .5; (1, 1) = 1. Columns: 0: 1; 2: .5. A = .75.
    # var = var(.5, 1)/2 + var(1, .5)/2 = .125/2 + .125/2 = .125; logit half width 1.95996 * .353553 / .1875.
    result = auc.estimate(np.array([1.0, 3.0, 0.0, 2.0]), np.array([1.0, 1, 0, 0]))
    half = 1.959964 * math.sqrt(0.125) / (0.75 * 0.25)
    assert result.ci[0] == pytest.approx(1 / (1 + math.exp(half - math.log(3))), abs=1e-6)


def test_a_share_comes_with_wilsons_interval() -> None:
    result = wilson.estimate(8, 10)
    assert result.ci == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson.estimate(0, 0).document()["note"] == "no case"
    with pytest.raises(ValueError, match=r"3 of 2 is no proportion"):
        wilson.estimate(3, 2)


def test_pointing_looks_at_the_centre_of_the_highest_cell() -> None:
    # 2 x 2 map on 64 px: the highest cell (row 0, column 1) has its centre at (48, 16).
    heat = np.array([[0.1, 0.9], [0.2, 0.3]])
    assert pointing.points_into_box(heat, [(40, 10, 10, 10)], (64, 64))
    assert not pointing.points_into_box(heat, [(49, 10, 10, 10)], (64, 64))
    assert not pointing.points_into_box(np.zeros((2, 2)), [(0, 0, 64, 64)], (64, 64))
