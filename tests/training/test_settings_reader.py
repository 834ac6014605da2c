"""TOML tables into settings: what is read, and that no key is ignored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from training.settings_reader import ExperimentError, from_table


@dataclass(frozen=True)
class Inner:
    rate: float = 1.0
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outer:
    name: str
    epochs: int = 3
    kind: Literal["a", "b"] = "a"
    inner: Inner = field(default_factory=Inner)
    maybe: Inner | None = None
    free: dict[str, Any] = field(default_factory=dict)


def test_defaults_fill_what_is_left_out_and_nested_tables_are_read() -> None:
    found = from_table(Outer, {"name": "x", "inner": {"rate": 2, "widths": [8, 4]}, "free": {"any": [1]}}, "own.toml")
    assert found == Outer("x", inner=Inner(2.0, (8, 4)), free={"any": [1]})
    assert from_table(Outer, {"name": "x", "maybe": {}}, "own.toml").maybe == Inner()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"name": "x", "epoch": 3}, r"own\.toml: key 'epoch' is not one of name, epochs"),
        ({"name": "x", "epochs": "many"}, r"own\.toml: epochs = 'many' is not int"),
        ({"name": "x", "epochs": True}, r"epochs = True is not int"),
        ({"name": "x", "inner": 3}, r"inner = 3 is not a table"),
        ({"name": "x", "inner": {"widths": 3}}, r"own\.toml: inner: widths = 3 is not a list"),
        ({"name": "x", "kind": "c"}, r"kind = 'c' is not one of a, b"),
        ({"name": "x", "free": 3}, r"free = 3 is not a table"),
        ({}, r"own\.toml: key 'name' is missing"),
    ],
)
def test_a_key_that_is_wrong_is_named(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        from_table(Outer, table, "own.toml")
