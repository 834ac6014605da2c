"""Calibration slope and intercept: scores of two values have a solution by hand."""

import math

import numpy as np
import pytest
from scipy.stats import t

from measures.gates.interval import Question
from measures.gates.recalibration import intercept, slope
from tests.measures.gates.made import paired

QUESTION = Question(0.5, 2.0, 1.0, 0.05, 0.025, 0.2)


def two_groups(n: int = 100, low: int = 30, high: int = 70) -> tuple[np.ndarray, np.ndarray]:
    """n cases at .2 of which `low` have the finding, n at .8 of which `high` have it."""
    labels = np.concatenate([np.arange(n) < low, np.arange(n) < high]).astype(float)
    return labels, np.repeat([0.2, 0.8], n)


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def test_the_slope_by_hand() -> None:
    labels, scores = two_groups()
    found = slope(paired(labels, scores, scores), QUESTION)
    assert found.value == pytest.approx((logit(0.7) - logit(0.3)) / (logit(0.8) - logit(0.2)))
    # The two logits are independent, variance 1 / (n o (1 - o)) each; the sandwich of a saturated model is the same.
    error = math.sqrt(2 / (100 * 0.21)) / (2 * logit(0.8)) * math.sqrt(200 / 199)
    assert (found.high - found.low) / 2 == pytest.approx(t.ppf(0.95, 99) * error)


def test_the_intercept_by_hand() -> None:
    labels = np.array([1.0] * 30 + [0.0] * 70)
    scores = np.full(100, 0.5)
    found = intercept(paired(labels, scores, scores), QUESTION)
    assert found.value == pytest.approx(logit(0.3))
    error = math.sqrt(1 / (100 * 0.21)) * math.sqrt(100 / 99)
    assert (found.high - found.low) / 2 == pytest.approx(t.ppf(0.95, 29) * error)


def test_only_the_candidate_counts() -> None:
    labels, scores = two_groups()
    found = slope(paired(labels, np.full(200, 0.5), scores), QUESTION)
    assert found.value == slope(paired(labels, scores, scores), QUESTION).value


def test_a_weight_of_2_is_a_patient_with_the_image_twice() -> None:
    labels, scores = two_groups(40, 15, 28)
    weights = 1.0 + (np.arange(80) % 2)
    twice = np.repeat(np.arange(80), weights.astype(int))
    one = slope(paired(labels, scores, scores, weights), QUESTION)
    other = slope(paired(labels[twice], scores[twice], scores[twice], patients=twice), QUESTION)
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_scores_that_part_the_classes_have_no_slope() -> None:
    labels = np.array([0.0] * 10 + [1.0] * 10)
    scores = np.linspace(0.05, 0.95, 20)
    found = slope(paired(labels, scores, scores), QUESTION)
    assert math.isnan(found.value)
    assert math.isinf(found.later)


def test_fewer_than_three_patients_of_a_class_have_no_slope() -> None:
    labels = np.array([1.0, 1, 0, 0, 0, 0])
    assert math.isnan(slope(paired(labels, [0.4] * 6, [0.4, 0.6, 0.3, 0.5, 0.6, 0.2]), QUESTION).value)


def test_scores_of_0_and_1_are_taken_just_inside() -> None:
    labels = np.array([0.0, 0, 0, 1, 1, 1, 0, 1])
    scores = np.array([0.0, 0.2, 0.3, 1.0, 0.7, 0.8, 1.0, 0.0])
    assert math.isfinite(intercept(paired(labels, scores, scores), QUESTION).value)


def test_scores_that_part_the_classes_leave_the_intercept_its_width() -> None:
    """All labels are as the numbers of .02 and .98 say: no case departs, and 1 / sum p (1 - p) is the variance all the same."""
    labels = np.repeat([0.0, 1.0], 50)
    scores = np.repeat([0.02, 0.98], 50)
    found = intercept(paired(labels, scores, scores), QUESTION)
    assert found.value == pytest.approx(0)
    error = math.sqrt(1 / (100 * 0.02 * 0.98))
    assert (found.high - found.low) / 2 == pytest.approx(t.ppf(0.95, 49) * error)
