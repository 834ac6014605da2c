"""Likelihood ratios, multiplicity, reading time, reliance, partial areas, binormal fits: by hand or published."""

import numpy as np
import pytest
from scipy.stats import norm

from reader_study.analysis.binormal import fit_binormal
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.likelihood_ratios import likelihood_ratios
from reader_study.analysis.lroc import lroc_area
from reader_study.analysis.matching import Region, hit_rule
from reader_study.analysis.multiplicity import holm
from reader_study.analysis.partial_auc import partial_auc
from reader_study.analysis.reading_time import time_ratio
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.reliance import following_rate, reliance


def test_holm_published() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_likelihood_ratios_by_hand() -> None:
    assert likelihood_ratios(0.9, 0.8) == pytest.approx((4.5, 0.125))
    assert likelihood_ratios(0.9, 1.0)[0] is None


def test_time_ratio_of_equal_halving() -> None:
    unaided = np.array([[10.0, 20.0, 30.0], [12.0, 24.0, 40.0]])
    noisy = unaided * np.array([[0.5, 0.45, 0.55], [0.52, 0.5, 0.48]])
    result, swapped = time_ratio(noisy, unaided), time_ratio(unaided, noisy)
    assert result.ratio == pytest.approx(np.exp(np.log(noisy / unaided).mean()))
    assert result.ci is not None
    assert swapped.ci is not None
    assert swapped.ratio == pytest.approx(1 / result.ratio)
    assert swapped.ci[0] == pytest.approx(1 / result.ci[1])


def test_time_ratio_by_hand() -> None:
    # D = [[0, 2], [2, 4]]: MS(R) = MS(C) = 4, MS(E) = 0; V = 8, SE = sqrt(8/4), df = 64 / (16 + 16) = 2.
    result = time_ratio(np.exp([[0.0, 2], [2, 4]]), np.ones((2, 2)))
    assert result.df == pytest.approx(2.0)
    assert result.ci is not None
    assert np.log(result.ci[1]) == pytest.approx(2 + 4.302653 * np.sqrt(2), abs=1e-5)


def test_reliance_counts_by_hand() -> None:
    truth = np.array([1, 1, 0, 0, 1], bool)
    unaided = np.array([0, 1, 0, 1, 1], bool)
    model = np.array([1, 1, 1, 0, 0], bool)
    aided = np.array([1, 1, 1, 1, 1], bool)  # helped once, misled once, kept wrong once, ignored a wrong model once
    found = reliance(unaided, aided, model, truth)
    assert (found.helped, found.misled, found.kept_right, found.kept_wrong) == (1, 1, 2, 1)
    assert (found.followed_when_wrong, found.followed_when_right) == ((1, 2), (1, 2))
    assert following_rate((0, 0)) is None


def test_partial_area_by_hand() -> None:
    # Normals 1 2 3, abnormals 2 4: points (0, .5), (1/3, .5), then the tie to (2/3, 1), (1, 1).
    normal, abnormal = np.array([1.0, 2, 3]), np.array([2.0, 4])
    assert partial_auc(normal, abnormal, 0, 1 / 3) == pytest.approx(0.5)
    assert partial_auc(normal, abnormal, 1 / 3, 2 / 3) == pytest.approx(0.75)
    assert partial_auc(normal, abnormal, 0, 1) == pytest.approx(0.75)


def test_binormal_recovers_its_own_curve() -> None:
    # Categories of exact normal quantiles: a = 1.5, b = 1, AUC = Phi(1.5 / sqrt 2).
    share = (np.arange(4000) + 0.5) / 4000
    cuts = np.array([-0.5, 0.3, 0.9, 1.6])
    normal = np.digitize(norm.ppf(share), cuts).astype(float)
    abnormal = np.digitize(norm.ppf(share) + 1.5, cuts).astype(float)
    fit = fit_binormal(normal, abnormal)
    assert (fit.a, fit.b) == pytest.approx((1.5, 1.0), abs=5e-3)
    assert fit.auc == pytest.approx(norm.cdf(1.5 / np.sqrt(2)), abs=1e-3)


def test_a_degenerate_binormal_fit_says_so() -> None:
    fit = fit_binormal(np.array([1.0, 2, 1]), np.array([4.0, 5, 5]))
    assert fit.auc == 1
    assert fit.reason == "degenerate: the classes are separated"
    assert np.isnan(fit_binormal(np.array([1.0, 1, 2]), np.array([1.0, 2, 2])).auc)


def test_sensitivity_and_specificity_at_a_cut() -> None:
    normal, abnormal = np.array([1.0, 2, 3]), np.array([2.0, 4])
    sensitivity, specificity = figure_of_merit("sens:3"), figure_of_merit("spec:3")
    assert (sensitivity.value(normal, abnormal), specificity.value(normal, abnormal)) == (0.5, 2 / 3)
    assert specificity.leave_one_out(normal, abnormal).tolist() == [0.5, 0.5, 1.0]


@pytest.mark.parametrize("text", ["roc", "pauc:0.5", "pauc:.5,.2", "sens:", "sens:x"])
def test_unknown_figures_of_merit_are_named(text: str) -> None:
    with pytest.raises(DataRefused, match=r"auc_binormal|LO < HI"):
        figure_of_merit(text)


def test_localisation_roc_counts_hits_only() -> None:
    assert lroc_area(np.array([1.0, 2]), np.array([3.0, 3]), np.array([True, False])) == 0.5


def test_hit_rules() -> None:
    lesion, mark = Region(0, 0, 10, 10), Region(5, 0, 10, 10)
    assert hit_rule("centre")(mark, lesion) is not None  # centre (10, 5) lies on the edge
    assert hit_rule("iou:0.5")(mark, lesion) is None
    assert hit_rule("radius:5")(mark, lesion) == -5
    with pytest.raises(DataRefused, match="'iou:2' is not one of"):
        hit_rule("iou:2")
