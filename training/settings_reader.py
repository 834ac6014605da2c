"""TOML tables read into frozen settings; a key nobody reads is an error, not a silent default."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, TypeVar

Settings = TypeVar("Settings")


class ExperimentError(ValueError):
    """An experiment file that cannot be run; names the file, the key and what is allowed."""


def from_table(kind: type[Settings], table: dict[str, Any], where: str) -> Settings:
    """A settings dataclass from a table, nested ones included. Raises ExperimentError for unknown, missing or
    mistyped keys."""
    hints = typing.get_type_hints(kind)
    fields = {entry.name: entry for entry in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in fields:
            raise ExperimentError(f"{where}: key {key!r} is not one of {', '.join(fields)}")
    values = {}
    for key, entry in fields.items():
        if key in table:
            values[key] = _value(hints[key], table[key], f"{where}: {key}")
        elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise ExperimentError(f"{where}: key {key!r} is missing")
    return kind(**values)


def _value(wanted: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(wanted):
        if not isinstance(value, dict):
            raise ExperimentError(f"{where} = {value!r} is not a table")
        return from_table(typing.cast(type, wanted), value, where)
    origin = typing.get_origin(wanted)
    if wanted is Any or (origin is dict and isinstance(value, dict)):
        return value
    if origin is typing.Literal:
        if value not in typing.get_args(wanted):
            raise ExperimentError(f"{where} = {value!r} is not one of {', '.join(map(str, typing.get_args(wanted)))}")
        return value
    if origin in (types.UnionType, typing.Union):
        return _value(next(kind for kind in typing.get_args(wanted) if kind is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ExperimentError(f"{where} = {value!r} is not a list")
        return tuple(_value(typing.get_args(wanted)[0], item, where) for item in value)
    if origin is dict:
        raise ExperimentError(f"{where} = {value!r} is not a table")
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ExperimentError(f"{where} = {value!r} is not {wanted.__name__}")
    return value
