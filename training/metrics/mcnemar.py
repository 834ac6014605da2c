"""McNemar's exact test: of the cases that only one of two models gets right, is one model's share more than chance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measures.mcnemar import mcnemar_exact


@dataclass(frozen=True)
class McNemar:
    """both, neither: cases that both or none get right; only_first, only_second: one of them. p: two-sided, exact."""

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return dict(vars(self)) | {"p": float(f"{self.p:.6g}"), "method": "mcnemar, exact binomial"}


def estimate(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> McNemar:
    """Counts of the four kinds of cases, and the p of those that only one gets right.

    first_right, second_right: bool [n] of the same cases. Raises ValueError for other lengths.
    """
    a, b = np.asarray(first_right, bool), np.asarray(second_right, bool)
    if a.shape != b.shape:
        raise ValueError(f"{a.size} and {b.size} cases; the counts must agree")
    only_first, only_second = int((a & ~b).sum()), int((~a & b).sum())
    p = mcnemar_exact(only_first, only_second)
    return McNemar(int((a & b).sum()), only_first, only_second, int((~a & ~b).sum()), p)
