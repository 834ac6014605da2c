"""The digits of reference programs in the folder oracles, and how a result is held against them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

ORACLES = Path(__file__).resolve().parent / "oracles"
DATA = ORACLES / "data"
PRINTED = 1e-9  # relative; the files keep 12 significant digits


def digits_of(name: str) -> dict[str, Any]:
    """The digits of one script; `programs` in it says which programs of which versions gave them."""
    found: dict[str, Any] = json.loads((ORACLES / "digits" / f"{name}.json").read_text())
    return found


def assert_has(found: Any, digits: Any, rel: float = PRINTED, place: str = "") -> None:
    """`found` holds every number and name of `digits` in the same place; what the reference does not give is not compared."""
    if isinstance(digits, Mapping):
        for name, entry in digits.items():
            assert name in found, f"{place}: no {name}"
            assert_has(found[name], entry, rel, f"{place}.{name}")
    elif isinstance(digits, Sequence) and not isinstance(digits, str):
        assert len(found) == len(digits), f"{place}: {len(found)} entries, the reference has {len(digits)}"
        for k, (own, entry) in enumerate(zip(found, digits, strict=True)):
            assert_has(own, entry, rel, f"{place}[{k}]")
    elif isinstance(digits, str):
        assert found == digits, place
    else:
        assert found == pytest.approx(digits, rel=rel, abs=1e-11), f"{place}: {found}, the reference has {digits}"
