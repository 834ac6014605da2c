"""How far an answer that was computed again is from the stored one: output by output, against the tolerance of the self-check."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.bundle import SELFCHECK_ABSOLUTE, SELFCHECK_RELATIVE
from inference.map_layers import MAP_LAYERS


@dataclass(frozen=True)
class Comparison:
    """what: `numbers` or a kind of map. largest: |again - stored| over all its values, None where nothing could be compared.

    tolerance: .001 of the largest stored value, and 1e-6 (what processors may differ by, as when a bundle is added).
    note: what beside numbers is not as it was.
    """

    what: str
    title: str
    largest: float | None
    tolerance: float | None
    note: str = ""

    @property
    def is_within(self) -> bool:
        return (
            not self.note and self.largest is not None and self.tolerance is not None and self.largest <= self.tolerance
        )

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "what": self.what,
            "title": self.title,
            "largest": self.largest,
            "tolerance": self.tolerance,
            "is_within": self.is_within,
            "note": self.note,
        }


def compare_numbers(stored: Mapping[str, Any], again: Mapping[str, Any]) -> Comparison:
    """Probabilities and the ends of their intervals, of all findings of two findings documents; and what the gate said.
    Words and boxes are not compared."""
    title = "numbers and intervals"
    verdicts = [document["gate"]["verdict"] for document in (stored, again)]
    if verdicts[0] != verdicts[1]:
        note = f"the gate said {verdicts[0]!r} then and says {verdicts[1]!r} now"
        return Comparison("numbers", title, None, None, note)
    keys = [[finding["key"] for finding in document["findings"]] for document in (stored, again)]
    if keys[0] != keys[1]:
        return Comparison("numbers", title, None, None, "the findings are others")
    has_number = [
        [finding["probability"] is not None for finding in document["findings"]] for document in (stored, again)
    ]
    if has_number[0] != has_number[1]:
        return Comparison("numbers", title, None, None, "not the same findings have a number")
    if not any(has_number[0]):
        title = "no finding had a number, then or now"
    then, now = (_numbers(document["findings"]) for document in (stored, again))
    return _compared("numbers", title, then, now)


def compare_map(kind: str, stored: np.ndarray | None, again: np.ndarray | None) -> Comparison:
    """Every value of one kind of map [K, h, w]. None: its file is gone or damaged; or it was not computed again."""
    title = MAP_LAYERS[kind].title if kind in MAP_LAYERS else kind
    if stored is None:
        return Comparison(kind, title, None, None, "the stored file of this map is missing or damaged")
    if again is None or again.shape != stored.shape:
        return Comparison(kind, title, None, None, "this map has another shape now, or none")
    return _compared(kind, title, stored, again)


def _numbers(findings: Iterable[Mapping[str, Any]]) -> np.ndarray:
    values: list[float] = []
    for finding in findings:
        probability, interval = finding.get("probability"), finding.get("interval")
        values += [] if probability is None else [probability]
        values += interval or []
    return np.asarray(values, np.float64)


def _compared(what: str, title: str, stored: np.ndarray, again: np.ndarray | Sequence[float]) -> Comparison:
    difference = np.abs(np.asarray(again, np.float64) - stored)
    tolerance = SELFCHECK_RELATIVE * float(np.abs(stored).max(initial=0.0)) + SELFCHECK_ABSOLUTE
    return Comparison(what, title, float(difference.max(initial=0.0)), tolerance)
