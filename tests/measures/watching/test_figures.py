"""Measured and estimated figures against labels, textbook forms and simulations whose truth is known."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from benchmarks.watching_figures import weighted_coverage
from measures.delong import placement_covariance
from measures.gates.clusters import clustered_variance
from measures.roc_area import auc, placements
from measures.watching.expected import expected_figures
from measures.watching.figure import Figure, of_influences, score_interval
from measures.watching.labelled import LabelledCases, measured_figures
from measures.watching.weighted_area import weighted_area
from measures.wilson import wilson_interval

Floats = NDArray[np.float64]


def cases(scores: Floats, labels: Floats, weights: Floats | None = None, threshold: float = 0.3) -> LabelledCases:
    n = len(scores)
    given = np.ones(n) if weights is None else weights
    return LabelledCases(scores, scores >= threshold, labels == 1, given, np.arange(n))


def drawn(n: int, seed: int, mean: float = -1.5, spread: float = 1.5) -> tuple[Floats, Floats]:
    """Calibrated probabilities and labels."""
    generator = np.random.default_rng(seed)
    scores = expit(mean + spread * generator.normal(size=n))
    return scores, (generator.random(n) < scores).astype(float)


def test_with_weights_of_one_the_area_and_its_variance_are_delongs() -> None:
    scores, labels = drawn(300, 1)
    scores = np.round(scores, 2)  # with ties
    normal, abnormal = scores[labels == 0], scores[labels == 1]
    area, influences = weighted_area(scores, labels, 1 - labels)
    assert area == pytest.approx(auc(normal, abnormal))
    delong = placement_covariance(*placements(normal, abnormal))[0, 0]
    assert clustered_variance(influences, np.arange(300)) == pytest.approx(delong, rel=0.02)
    with pytest.raises(ValueError, match="both classes"):
        weighted_area(scores, labels, np.zeros(300))


def test_without_weights_shares_have_wilsons_interval() -> None:
    scores, labels = drawn(200, 2)
    found = measured_figures(cases(scores, labels))
    positives, hits = int(labels.sum()), int(((scores >= 0.3) & (labels == 1)).sum())
    assert found["sensitivity"].value == hits / positives
    assert (found["sensitivity"].low, found["sensitivity"].high) == pytest.approx(wilson_interval(hits, positives))
    assert found["sensitivity"].n == positives
    assert found["specificity"].n == 200 - positives
    assert score_interval(hits / positives, positives) == pytest.approx(wilson_interval(hits, positives))


def test_weights_undo_a_draw_that_favours_suspicious_cases() -> None:
    """The intervals cover the truth of all that come in about 95 % of the draws, unweighted ones far
    less."""
    found = weighted_coverage(150)
    for name in ("sensitivity", "specificity", "auc"):
        assert 0.89 <= found[name]["share"] <= 1
    assert found["sensitivity, weights left out"]["share"] < 0.8


def test_calibration_of_calibrated_scores_is_right_and_of_inflated_ones_is_not() -> None:
    scores, labels = drawn(4000, 5)
    found = measured_figures(cases(scores, labels))
    assert found["calibration_slope"].low < 1 < found["calibration_slope"].high
    assert found["calibration_intercept"].low < 0 < found["calibration_intercept"].high
    inflated = measured_figures(cases(expit(logit(scores) + 1), labels))
    assert inflated["calibration_intercept"].high < -0.5


def test_few_or_no_cases_give_no_figure() -> None:
    none = measured_figures(cases(np.array([]), np.array([])))
    assert not any(one.is_known for one in none.values())
    one_class = measured_figures(cases(np.array([0.2, 0.4]), np.array([0.0, 0.0])))
    assert not one_class["auc"].is_known
    assert one_class["specificity"].value == 0.5
    assert not expected_figures(np.full(29, 0.5), np.ones(29, bool), np.arange(29))["auc"].is_known
    assert not expected_figures(np.zeros(40), np.zeros(40, bool), np.arange(40))["auc"].is_known
    with pytest.raises(ValueError, match="outside 0 to 1"):
        expected_figures(np.full(40, 1.5), np.ones(40, bool), np.arange(40))
    assert math.isnan(of_influences(1.0, np.zeros(5), np.arange(5), 5).low)


@pytest.mark.parametrize(("mean", "spread"), [(-1.5, 1.5), (-0.5, 1.5), (-2.5, 2.0)])
def test_estimates_are_within_two_points_of_the_truth_under_covariate_shift(mean: float, spread: float) -> None:
    """Another mix of cases, each with its true probability."""
    scores, labels = drawn(20_000, 6, mean, spread)
    found = expected_figures(scores, scores >= 0.3, np.arange(20_000))
    truth = measured_figures(cases(scores, labels))
    for name, one in found.items():
        assert abs(one.value - truth[name].value) < 0.02, name
        assert not one.parts_from(truth[name]), name


def test_under_concept_shift_the_estimate_is_wrong_and_the_two_part() -> None:
    scores, labels = drawn(20_000, 7)
    generator = np.random.default_rng(8)
    labels = (generator.random(20_000) < expit(0.3 * logit(scores) - 1)).astype(float)  # the score tells little now
    kept = generator.random(20_000) < 0.05
    measured = measured_figures(cases(scores[kept], labels[kept]))
    assert expected_figures(scores, scores >= 0.3, np.arange(20_000))["auc"].parts_from(measured["auc"])


def test_figures_that_are_not_known_never_part() -> None:
    known, other = Figure(0.5, 0.4, 0.6, 9), Figure(0.8, 0.7, 0.9, 9)
    assert known.parts_from(other)
    assert other.parts_from(known)
    assert not known.parts_from(Figure(0.65, 0.6, 0.7, 9))
    assert not known.parts_from(Figure(0.9, math.nan, math.nan, 9))


def test_the_interval_of_the_estimate_covers_the_expected_area() -> None:
    truth = expected_figures(*_many(400_000, 9))["auc"].value
    covered = [
        one.low <= truth <= one.high for seed in range(200) if (one := expected_figures(*_many(500, seed))["auc"])
    ]
    assert 0.9 <= np.mean(covered) <= 0.985


def _many(n: int, seed: int) -> tuple[Floats, NDArray[np.bool_], NDArray[np.intp]]:
    scores = ndtr(np.random.default_rng(seed + 100).normal(-1, 1, n))
    return scores, scores >= 0.3, np.arange(n)
