"""Worked examples of the literature (studies_methods.md §13)."""

import numpy as np
import pytest

from reader_study.analysis.agreement import boxes, cohen, fleiss, icc, krippendorff
from reader_study.analysis.agreement.bland_altman import limits_of_agreement
from reader_study.analysis.agreement.result import with_bootstrap
from reader_study.analysis.matching import Region


def test_two_by_two_kappa() -> None:
    counts = np.array([[20.0, 5], [10, 15]])  # po .7, pe .5
    assert cohen.kappa(counts) == pytest.approx(0.40)
    assert cohen.pabak(counts) == pytest.approx(0.40)
    assert cohen.gwet_ac1(counts) == pytest.approx(0.40594, abs=5e-6)


@pytest.mark.parametrize(("weights", "value"), [("none", 0.579327), ("linear", 0.632353), ("quadratic", 0.6875)])
def test_weighted_kappa(weights: str, value: float) -> None:
    assert cohen.kappa(np.array([[5.0, 2, 1], [1, 6, 2], [0, 1, 7]]), weights) == pytest.approx(value, abs=5e-7)


def test_fleiss_with_fourteen_raters() -> None:
    text = (
        "0 0 0 0 14; 0 2 6 4 2; 0 0 3 5 6; 0 3 9 2 0; 2 2 8 1 1; 7 7 0 0 0; 3 2 6 3 0; 2 5 3 2 2; 6 5 2 1 0; 0 2 2 3 7"
    )
    counts = np.array([[float(cell) for cell in row.split()] for row in text.split(";")])
    assert fleiss.fleiss_kappa(counts) == pytest.approx(0.209931, abs=5e-7)


def test_fleiss_needs_the_same_number_of_raters() -> None:
    with pytest.raises(ValueError, match="case 1: 3 ratings, case 0 has 2"):
        fleiss.fleiss_kappa(np.array([[1.0, 1], [2, 1]]))


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491)])
def test_krippendorff_2011(level: str, value: float) -> None:
    coders = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    ratings = np.array([[np.nan if mark == "." else float(mark) for mark in coder] for coder in coders])
    assert krippendorff.krippendorff_alpha(ratings, level) == pytest.approx(value, abs=5e-5)


def test_shrout_and_fleiss_1979() -> None:
    ratings = np.array([[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    found = icc.intraclass_correlations(ratings)
    printed = {"1,1": 0.1657, "2,1": 0.2898, "3,1": 0.7148, "1,k": 0.4428, "2,k": 0.6201, "3,k": 0.9093}
    for form, value in printed.items():
        assert found[f"ICC({form})"].estimate == pytest.approx(value, abs=5e-5), form
    assert found["ICC(2,1)"].ci == pytest.approx((0.0188, 0.7611), abs=5e-5)
    assert found["ICC(3,1)"].ci == pytest.approx((0.3425, 0.9459), abs=5e-5)


def test_undefined_agreement_is_null_with_a_reason() -> None:
    same = np.ones((5, 2))
    result = with_bootstrap(lambda cases: krippendorff.krippendorff_alpha(cases.T), same, "krippendorff nominal")
    assert (result.estimate, result.ci) == (None, None)
    assert result.reason


def test_bland_altman_by_hand() -> None:
    # Differences -1, 0, 1: bias 0, sd 1, limits -/+ 1.96.
    limits = limits_of_agreement(np.array([1.0, 2, 3]), np.array([2.0, 2, 2]))
    assert (limits.bias, limits.lower, limits.upper) == pytest.approx((0.0, -1.96, 1.96))
    assert limits.bias_ci[1] == pytest.approx(4.302653 / np.sqrt(3), abs=1e-6)  # t(.975, 2) sd / sqrt(n)


def test_boxes_by_hand() -> None:
    # The first pair overlaps in half of 10 x 10: IoU 50 / 150; the second is equal.
    one = [Region(0, 0, 10, 10), Region(50, 50, 10, 10)]
    other = [Region(5, 0, 10, 10), Region(50, 50, 10, 10)]
    strict, lax = boxes.box_agreement(one, other), boxes.box_agreement(one, other, threshold=0.3)
    assert (strict.mean_iou, strict.f1, strict.matched) == (1.0, 0.5, 1)
    assert lax.mean_iou == pytest.approx((1 + 1 / 3) / 2)
    assert boxes.box_agreement([], []).f1 is None
