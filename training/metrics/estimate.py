"""The result every metric gives: a value, its 95 % interval and how it was obtained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """value is NaN when the metric is not defined (one class absent, no case); `note` then says why. n: cases it was
    taken on."""

    value: float
    ci: tuple[float, float]
    n: int
    method: str
    note: str = ""

    def document(self) -> dict[str, Any]:
        """JSON-ready; a value that is not finite becomes null."""
        low, high = (None if math.isnan(end) else round(end, 6) for end in self.ci)
        value = None if math.isnan(self.value) else round(self.value, 6)
        document: dict[str, Any] = {
            "value": value,
            "ci": None if low is None else [low, high],
            "n": self.n,
            "method": self.method,
        }
        return document | ({"note": self.note} if self.note else {})


def undefined(n: int, method: str, note: str) -> Estimate:
    """An estimate that does not exist, with the reason."""
    return Estimate(math.nan, (math.nan, math.nan), n, method, note)
