"""Differences of paired shares: whom they count, and what weights and patients cost."""

import numpy as np
import pytest

from measures.gates.share_difference import (
    effective_cases,
    map_pointing,
    refusal_rate,
    sensitivity,
    specificity,
)
from measures.gates.tango import tango_interval
from tests.measures.gates.made import QUESTION, answers, paired

NAN = np.nan


def test_sensitivity_by_hand() -> None:
    # Of 10 positives: 6 found by both, 1 by the candidate alone, 2 in service alone, 1 by none; 5 negatives do not count.
    served = [0.9] * 6 + [0.1] + [0.9] * 2 + [0.1] + [0.9] * 5
    candidate = [0.9] * 7 + [0.1] * 3 + [0.1] * 5
    found = sensitivity(paired([1] * 10 + [0] * 5, served, candidate), QUESTION)
    assert (found.candidate, found.in_service, found.value) == pytest.approx((0.7, 0.8, -0.1))
    assert (found.low, found.high) == pytest.approx(tango_interval(1, 2, 10, 0.1))
    assert found.p == 1.0
    assert (found.n, found.positives, found.negatives) == (10, 10, 0)


def test_specificity_counts_negatives_that_are_answered_and_not_flagged() -> None:
    found = specificity(paired([0, 0, 0, 0, 1], [0.1, 0.1, 0.9, NAN, 0.1], [0.1, NAN, 0.1, 0.1, 0.1]), QUESTION)
    assert (found.in_service, found.candidate, found.n) == (0.5, 0.75, 4)


def test_a_refused_positive_is_not_found() -> None:
    found = sensitivity(paired([1, 1], [0.9, 0.9], [0.9, NAN]), QUESTION)
    assert (found.in_service, found.candidate) == (1.0, 0.5)


def test_pointing_counts_positives_with_a_region() -> None:
    served = answers([0.9, 0.9, 0.9, 0.1], pointed=[1, 0, NAN, 1])
    candidate = answers([0.9, NAN, 0.9, 0.1], pointed=[1, 1, NAN, 1])
    found = map_pointing(paired([1, 1, 1, 0], served, candidate), QUESTION)
    assert (found.in_service, found.candidate, found.n) == (0.5, 0.5, 2)


def test_refusals_count_cases_without_a_label_too() -> None:
    found = refusal_rate(paired([1, 0, NAN, NAN], [0.1, 0.1, NAN, 0.1], [0.1, NAN, NAN, NAN]), QUESTION)
    assert (found.in_service, found.candidate, found.n) == (0.25, 0.75, 4)


def test_equal_weights_and_a_patient_a_case_leave_the_number_of_cases() -> None:
    assert effective_cases(np.array([1.0, 0, -1, 0, 0]), np.full(5, 3.0), np.arange(5)) == pytest.approx(5)


def test_copies_of_a_patient_are_one_case() -> None:
    once = np.array([1.0, 0, -1, 0, 0, 1, 0, 0])
    thrice = np.repeat(np.arange(8), 3)
    # Design effect: (8 / 7) (variance / 8) over (24 / 23) (variance / 24).
    assert effective_cases(once[thrice], np.ones(24), thrice) == pytest.approx(24 / (8 / 7 / 8 * 23))
    assert effective_cases(np.zeros(24), np.ones(24), thrice) == pytest.approx(8)


def test_weights_cost_cases() -> None:
    weights = np.array([1.0] * 8 + [4.0] * 2)
    kish = 16**2 / (8 + 32)
    assert effective_cases(np.zeros(10), weights, np.arange(10)) == pytest.approx(kish)
    assert effective_cases(np.array([1.0] + [0] * 9), weights, np.arange(10)) <= kish


def test_weights_undo_an_enrichment() -> None:
    # Missed positives were drawn always, the others one in four.
    labels = [1] * 6
    found = sensitivity(paired(labels, [0.9, 0.9, 0.9, 0.9, 0.1, 0.1], [0.9] * 6, [4, 4, 4, 4, 1, 1]), QUESTION)
    assert (found.in_service, found.candidate) == pytest.approx((16 / 18, 1.0))


def test_a_copy_lies_around_nothing() -> None:
    found = sensitivity(paired([1] * 50, [0.9] * 50, [0.9] * 50), QUESTION)
    assert found.value == 0
    assert found.low == pytest.approx(-found.high)
    assert found.p == 1.0
