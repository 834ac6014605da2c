"""Faults of a body that was sent: one sentence of ours, naming field, value and what is allowed."""

from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, Field

from webapp.refused import Refused
from webapp.sent_body import OneOf, Says, SentBody, read_sent, read_value, storable


class Corner(SentBody):
    x: Annotated[float, Says("{name} {shown} is not a finite number", "not_a_number")]
    y: float = 0


class Made(SentBody):
    title: Annotated[
        str, Field(min_length=1, max_length=9), AfterValidator(storable), Says("{name} {cut} is too long", absent="")
    ]
    kind: Annotated[str, OneOf(("a", "b"))] = "a"
    count: int | None = None
    flag: bool = False
    corners: Annotated[
        list[Annotated[Corner, Says("{place} is no corner")]], Field(max_length=2), Says("{name} is not a list of two")
    ] = []
    first: Corner | None = None


FAULTS: list[tuple[Any, str, str, str]] = [
    ([], "not_an_object", "", "the body is not a JSON object"),
    ({}, "not_allowed", "title", "title '' is too long"),
    (
        {"title": "a", "colour": 1},
        "unknown_field",
        "colour",
        "'colour' is not one of title, kind, count, flag, corners",
    ),
    ({"title": 5, "colour": 1}, "unknown_field", "colour", "'colour' is not one of title"),
    ({"title": "a\x00"}, "not_allowed", "title", "title 'a\\x00' is too long"),
    ({"title": "{name}" * 2}, "not_allowed", "title", "title '{name}{name}' is too long"),
    ({"title": "a", "kind": ["a"]}, "not_allowed", "kind", "kind ['a'] is not one of a, b"),
    ({"title": "a", "count": True}, "not_allowed", "count", "count True is not a whole number"),
    ({"title": "a", "count": 1.0}, "not_allowed", "count", "count 1.0 is not a whole number"),
    ({"title": "a", "flag": "yes"}, "not_allowed", "flag", "flag 'yes' is not true or false"),
    ({"title": "a", "corners": 3}, "not_allowed", "corners", "corners is not a list of two"),
    ({"title": "a", "corners": [{"x": 1}] * 3}, "not_allowed", "corners", "corners is not a list of two"),
    ({"title": "a", "corners": [{"x": 1}, 7]}, "not_allowed", "corners[1]", "corners[1] is no corner"),
    ({"title": "a", "corners": [{"x": "1"}]}, "not_a_number", "corners[0].x", "x '1' is not a finite number"),
    ({"title": "a", "corners": [{}]}, "not_a_number", "corners[0].x", "x None is not a finite number"),
    ({"title": "a", "corners": [{"x": 1, "z": 2}]}, "unknown_field", "corners[0].z", "'z' is not one of x, y"),
    ({"title": "a", "first": 7}, "not_allowed", "first", "first 7 is not an object"),
    ({"title": "a", "first": {"x": 10**400}}, "not_a_number", "first.x", "... is not a finite number"),
    ({"title": "a", "first": {"x": 1, "y": float("inf")}}, "not_allowed", "first.y", "y inf is not a number"),
]


@pytest.mark.parametrize(("body", "code", "field", "text"), FAULTS)
def test_a_fault_is_named(body: Any, code: str, field: str, text: str) -> None:
    with pytest.raises(Refused) as told:
        read_sent(Made, body)
    assert (told.value.code, told.value.field, told.value.http) == (code, field, 400)
    assert text in told.value.text


def test_what_is_left_out_takes_its_default() -> None:
    made = read_sent(Made, {"title": "a", "corners": [{"x": 1}]})
    assert (made.kind, made.count, made.corners[0].y, made.model_fields_set) == ("a", None, 0, {"title", "corners"})


def test_a_single_value_is_named_by_its_caller() -> None:
    with pytest.raises(Refused, match="role 5 is not one of a, b") as told:
        read_value(Annotated[str, OneOf(("a", "b"))], 5, "role", Refused)
    assert told.value.field == "role"


def test_the_fault_of_a_part_says_where_the_part_stands() -> None:
    with pytest.raises(Refused) as told:
        read_sent(Corner, {"z": 1}, within="filter")
    assert told.value.field == "filter.z"
