"""The body of a protocol keeps its canonical bytes: hashes of frozen protocols must hold under every later version."""

from typing import Any

import pytest

from reader_study.pages.protocol_form import DECIMALS, INTEGERS, LISTS, TEXTS, TICKS
from reader_study.protocol_body import FIELDS, SHARES, WHOLE_NUMBERS, completed, problems, shape_problems
from reader_study.protocol_model import RATING_SCALES, RatingScale
from webapp.reveal.canonical_json import sha256_of

BODY = {
    "findings": [{"code": "op"}, {"code": "ef", "scale": "1-5", "cut": 3, "primary": True}],
    "questions": [{"code": "q", "type": "number", "min": 0, "step": 0.5}, {"code": "t", "type": "text", "regex": "a"}],
    "arms": [{"code": "S", "kind": "aided_second_read", "ai_layers": ["score"]}],
    "failure": {"double_share": 0.5},
    "design": {"kind": "sequential"},
}


@pytest.mark.parametrize(
    ("body", "sha256"),
    [
        ({}, "6eecfbb51aa8543ebe1088e4df17f1baff1413d2608923100027cb27485fd0a5"),
        (BODY, "30018f24cd68033f74f6b7817f3e22ab20b1e42ecd9fc9887551b0722ce00a2a"),
    ],
)
def test_the_defaults_give_the_bytes_of_version_0_1_0(body, sha256):
    assert sha256_of(completed(body)) == sha256


def test_two_bodies_share_no_list():
    completed({})["reading"]["marks"].append("point")
    assert completed({})["reading"]["marks"] == ["box"]


def test_limits_come_from_the_model():
    assert ("design", "blocks", 1, 50) in WHOLE_NUMBERS
    assert len(WHOLE_NUMBERS) == 7
    assert SHARES == [("training", "pass_share"), ("truth", "merge_iou")]


def test_the_form_asks_for_every_field_of_the_parts_but_thresholds():
    asked = {*INTEGERS, *DECIMALS, *TICKS, *LISTS, *TEXTS}
    rows = {"findings", "questions", "arms"}
    assert asked == {f"{part}.{name}" for part in FIELDS if part not in rows for name in FIELDS[part]} - {
        "failure.thresholds"
    }


@pytest.mark.parametrize("scale", [[], {}, "1-9", None])
def test_a_scale_that_is_none_is_named(scale):
    body = completed({"findings": [{"code": "op", "scale": scale, "primary": True}]})
    found = next(one for one in problems(body) if one.field == "findings[0].scale")
    assert found.text == f"scale {scale!r} is not one of {', '.join(RATING_SCALES)}"


@pytest.mark.parametrize(
    ("scale", "ratings"),
    [
        (RatingScale(1, 5), {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}),
        (RatingScale(1, 10), {"0": 10, **{str(digit): digit for digit in range(1, 10)}}),
        (RatingScale(0, 4), {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4}),
        (RatingScale(0, 100), {"0": 100, **{str(digit): 10 * digit for digit in range(1, 10)}}),
    ],
)
def test_a_digit_gives_the_rating_that_the_scale_has_for_it(scale: RatingScale, ratings: dict[str, int]) -> None:
    assert scale.by_key() == ratings


@pytest.mark.parametrize(
    ("part", "field", "text"),
    [
        ({"statistics": {"tests": 5}}, "statistics.tests", "statistics.tests 5 is not a list of texts"),
        ({"statistics": {"secondaries": [["a"]]}}, "statistics.secondaries", "is not a list of texts"),
        ({"failure": {"outcomes": [{}]}}, "failure.outcomes", "failure.outcomes [{}] is not a list of texts"),
        ({"failure": {"thresholds": {"a": "high"}}}, "failure.thresholds", "is not an object of numbers"),
        ({"arms": [{"code": "A", "kind": "unaided", "ai_layers": 5}]}, "arms[0].ai_layers", "5 is not a list of texts"),
        ({"questions": [{"code": "q", "type": "choice", "options": {}}]}, "questions[0].options", "{} is not a list"),
    ],
)
def test_a_collection_of_another_kind_is_refused(part: dict[str, Any], field: str, text: str) -> None:
    (found,) = shape_problems(part)
    assert (found.code, found.field) == ("wrong_kind", field)
    assert text in found.text


@pytest.mark.parametrize(
    ("part", "field", "text"),
    [
        ({"questions": [{"code": "q", "type": "number", "min": "low"}]}, "questions[0].min", "'low' is not a number"),
        ({"findings": [{"code": "a", "primary": "yes"}]}, "findings[0].primary", "'yes' is not true or false"),
        ({"arms": [{"code": "A", "kind": "unaided", "label": 5}]}, "arms[0].label", "arms[0].label 5 is not a text"),
        ({"reading": {"comment": "no"}}, "reading.comment", "reading.comment 'no' is not true or false"),
    ],
)
def test_a_value_of_another_kind_is_a_problem(part: dict[str, Any], field: str, text: str) -> None:
    found = {one.field: one.text for one in problems(completed(part))}
    assert text in found[field]
