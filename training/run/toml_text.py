"""Settings as TOML text: what a run depended on, in the form that an experiment file has. (tomllib only reads.)"""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any


def settings_toml(settings: Any) -> str:
    """TOML text of a settings dataclass, nested ones as tables; reading it back gives equal settings.

    A value of None has no TOML form and is left out, so its default must be None. Raises TypeError for values that TOML
    cannot hold.
    """
    return "\n".join(_table_lines(dataclasses.asdict(settings), "")) + "\n"


def _table_lines(table: dict[str, Any], place: str) -> list[str]:
    plain = {key: value for key, value in table.items() if value is not None and not _is_table(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if _is_table(value):
            name = f"{place}.{_key(key)}" if place else _key(key)
            lines += ["", f"[{name}]", *_table_lines(value, name)]
    return lines


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _key(key: str) -> str:
    # Bare keys may hold letters, digits, - and _; anything else is quoted.
    bare = key and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in key)
    return key if bare else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return {math.inf: "inf", -math.inf: "-inf"}.get(value, "nan" if math.isnan(value) else repr(value))
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {_value(own)}" for key, own in value.items() if own is not None)
        return "{ " + ", ".join(pairs) + " }"
    raise TypeError(f"{value!r} of type {type(value).__name__} has no TOML form")
