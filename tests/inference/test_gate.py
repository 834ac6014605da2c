"""What the model may be asked: each check alone, then the verdict."""

import dataclasses

import numpy as np
import pytest

from inference.gate import GateQuestion, check_age, check_likeness, check_view, judge, mahalanobis
from inference.manifest import GateRules

RULES = GateRules(
    views=("PA", "AP"),
    age_years=(18.0, 90.0),
    modalities=("CR", "DX"),
    body_parts=("CHEST", ""),
    mean=np.array([1.0, 2.0]),
    precision=np.array([[4.0, 0.0], [0.0, 1.0]]),
    threshold=2.0,
    quantile=0.99,
)
GOOD = GateQuestion("PA", 54.0, "CHEST", "DX")
NEAR, FAR = np.array([1.5, 2.0]), np.array([3.0, 2.0])  # distances 2 * 0.5 = 1 and 2 * 2 = 4


def verdict(embedding=NEAR, **changes):
    return judge(RULES, dataclasses.replace(GOOD, **changes), embedding)


def test_a_known_image_passes():
    assert verdict().verdict == "pass"
    assert verdict().reason is None
    assert [check.passed for check in verdict().checks] == [True] * 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"view": "LL"}, "The view is LL (left lateral); the model may be asked for PA, AP."),
        ({"age_years": 8.0}, "The patient is 8 years old; the model may be asked for ages 18 to 90."),
        ({"body_part": "hand"}, "The body part is HAND; the model may be asked for CHEST."),
        ({"modality": "CT"}, "The modality is CT; the model may be asked for CR, DX."),
        ({"embedding": FAR}, "The image is unlike those the model was calibrated on (distance 4, limit 2)."),
    ],
)
def test_an_unknown_kind_is_refused_with_its_sentence(changes, sentence):
    found = verdict(**changes)
    assert found.verdict == "refused"
    assert found.reason == sentence


@pytest.mark.parametrize("changes", [{"view": None}, {"view": " "}, {"age_years": None}, {"age_years": float("nan")}])
def test_what_is_not_stated_is_unknown_and_not_refused(changes):
    found = verdict(**changes)
    assert found.verdict == "unknown"
    assert found.reason is None
    assert [check.passed for check in found.checks].count(None) == 1


def test_a_body_part_may_be_left_out_where_the_manifest_says_so():
    assert verdict(body_part=None).verdict == "pass"


def test_a_refusal_outweighs_what_is_unknown():
    assert verdict(view="LL", age_years=None).verdict == "refused"


@pytest.mark.parametrize(("age", "passed"), [(18, True), (90, True), (17.99, False), (90.01, False)])
def test_the_age_bounds_belong_to_the_range(age, passed):
    assert check_age(RULES, age).passed is passed


def test_small_letters_and_spaces_do_not_matter():
    assert check_view(RULES, " pa ").passed is True


def test_each_check_carries_value_and_allowed():
    document = check_likeness(RULES, FAR).document()
    assert document["value"] == 4.0
    assert document["allowed"] == 2.0
    assert document["passed"] is False
    assert verdict().document()["checks"][2] == {
        "name": "view",
        "value": "PA",
        "allowed": ["PA", "AP"],
        "passed": True,
        "text": "The view PA is among those allowed.",
    }


def test_the_distance_uses_the_precision():
    precision = np.array([[2.0, 1.0], [1.0, 2.0]])  # (1, 1) P (1, 1)' = 6
    assert mahalanobis(np.array([1.0, 1.0]), np.zeros(2), precision) == pytest.approx(6**0.5)


def test_the_limit_itself_passes():
    assert check_likeness(RULES, np.array([2.0, 2.0])).passed is True  # distance 2 * 1 = 2
