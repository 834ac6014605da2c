"""Conformal decisions and calibration intervals, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import expit, logit

from inference.calibration import probability_interval
from inference.calibration_forms import ScaleBias
from inference.decisions import Decision, decide_all, decide_by_conformal_set, is_above_operating_point
from inference.gate import GateCheck, GateVerdict
from inference.manifest import Conformal

GAP = Conformal(alpha=0.1, present_at_least=0.6, absent_at_most=0.3)
OVERLAP = Conformal(alpha=0.1, present_at_least=0.3, absent_at_most=0.6)


@pytest.mark.parametrize(
    ("conformal", "probability", "decision"),
    [
        (GAP, 0.6, "positive"),
        (GAP, 0.3, "negative"),
        (GAP, 0.45, "uncertain"),
        (OVERLAP, 0.61, "positive"),
        (OVERLAP, 0.29, "negative"),
        (OVERLAP, 0.3, "uncertain"),
        (OVERLAP, 0.6, "uncertain"),
    ],
)
def test_one_member_of_the_set_decides(conformal, probability, decision):
    assert decide_by_conformal_set(probability, conformal).decision == decision


def test_uncertain_says_why():
    both = decide_by_conformal_set(0.45, OVERLAP)
    neither = decide_by_conformal_set(0.45, GAP)
    assert both.reason == "At 90 % confidence neither presence nor absence can be ruled out."
    assert neither.reason == "At 90 % confidence the score fits neither presence nor absence."


def test_too_few_cases_are_always_uncertain():
    # fewer than 9 of a class at alpha .1: q = 1, so t1 = 0 and t0 = 1
    always = Conformal(0.1, present_at_least=0.0, absent_at_most=1.0)
    assert {decide_by_conformal_set(p, always).decision for p in (0.0, 0.5, 1.0)} == {"uncertain"}


def test_a_temperature_is_a_scale():
    # methods.md §14.4: z = 2, T = 2 / ln 3 gives p = .75
    assert ScaleBias(np.log(3) / 2, 0.0).apply(np.array([2.0]))[0] == pytest.approx(0.75)


def test_the_interval_is_the_middle_95_percent_of_the_refits():
    # logit 1 and biases such that the probabilities run evenly from 0.10 to 0.90 in 41 steps of 0.02:
    # the 2.5th percentile is at rank 0.025 * 40 = 1, the 97.5th at rank 39
    wanted = np.linspace(0.10, 0.90, 41)
    bootstrap = np.column_stack([np.full(41, 0.5), logit(wanted) - 0.5])
    assert probability_interval(1.0, bootstrap[::-1]) == pytest.approx((0.12, 0.88))


def test_equal_refits_leave_no_interval():
    low, high = probability_interval(2.0, np.tile([0.8, -0.1], (20, 1)))
    assert low == high == pytest.approx(expit(1.5))


def test_a_probability_at_the_operating_point_is_above_it():
    finding = SimpleNamespace(operating_point=SimpleNamespace(threshold=0.5))
    above = [is_above_operating_point(p, finding) for p in (0.499, 0.5, 0.501)]
    assert above == [False, True, True]


def finding_at(threshold, conformal=OVERLAP, project_version=None):
    point = SimpleNamespace(threshold=threshold, project_version=project_version)
    return SimpleNamespace(title="Opacity", operating_point=point, conformal=conformal)


@pytest.mark.parametrize(
    ("threshold", "probability", "decision", "reason"),
    [
        (0.5, 0.7, "positive", None),
        (0.5, 0.2, "negative", None),
        (0.7, 0.7, "positive", None),  # at the point is above it
        (0.8, 0.7, "uncertain", "At 90 % confidence absence is ruled out, but the score is below the operating point."),
        (
            0.1,
            0.2,
            "uncertain",
            "At 90 % confidence presence is ruled out, but the score is above the operating point.",
        ),
        (0.8, 0.4, "uncertain", "At 90 % confidence neither presence nor absence can be ruled out."),
    ],
)
def test_no_call_contradicts_the_operating_point(threshold, probability, decision, reason):
    contents = SimpleNamespace(task="multilabel", findings=(finding_at(threshold),))
    assert decide_all(np.array([probability]), contents, GateVerdict(())) == [Decision(decision, reason)]


def test_a_contradicted_call_names_the_point_of_the_project():
    contents = SimpleNamespace(task="multilabel", findings=(finding_at(0.8, project_version=3),))
    [row] = decide_all(np.array([0.7]), contents, GateVerdict(()))
    assert row.decision == "uncertain"
    assert row.reason.endswith("the score is below the operating point of the project (version 3).")


def test_the_class_that_is_left_is_no_call_below_its_point():
    sure, unsure = finding_at(0.5), finding_at(0.5)
    contents = SimpleNamespace(task="single", findings=(sure, unsure))
    assert [row.decision for row in decide_all(np.array([0.8, 0.2]), contents, GateVerdict(()))] == [
        "positive",
        "negative",
    ]
    sure.operating_point.threshold = 0.9
    assert [row.decision for row in decide_all(np.array([0.8, 0.2]), contents, GateVerdict(()))] == [
        "uncertain",
        "negative",
    ]


def test_a_refused_image_has_no_call():
    refused = GateVerdict((GateCheck("age", 8.0, [18, 100], passed=False, text="a child"),))
    contents = SimpleNamespace(task="multilabel", findings=(finding_at(0.5),))
    assert decide_all(np.array([0.9]), contents, refused) == [Decision("refused", "a child")]
