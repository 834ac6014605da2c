"""Single values of a JSON body: what a database can hold, and how an error shows a value. Nothing of Django."""

import math
from typing import TypeGuard

LONGEST_SHOWN = 60


def shown(value: object) -> str:
    """The value as an error names it: at most 60 characters."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def is_number(value: object) -> TypeGuard[float]:
    """An integer or a float, infinity too; `true` is no number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_finite_number(value: object) -> TypeGuard[float]:
    """JSON's 1e999 reaches Python as infinity and 10**400 as an integer no float can hold: neither is a number here."""
    try:
        return is_number(value) and math.isfinite(value)
    except OverflowError:
        return False


def is_storable(text: str) -> bool:
    """False for NUL (PostgreSQL refuses it) and lone surrogates (no UTF-8 form)."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
