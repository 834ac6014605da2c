"""Numbers as files and commands may write them: ASCII digits. Python's own readers also take `1_0` and digits of other scripts."""

import math
import re

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[0-9]{1,18}")


def plain_number(text: str) -> float:
    """The finite number, or NaN where the text is none."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else math.nan


def plain_whole(text: str) -> int | None:
    """The whole number >= 0, or None where the text is none."""
    return int(text) if _WHOLE.fullmatch(text) else None
