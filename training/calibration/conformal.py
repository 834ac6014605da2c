"""Class-conditional split conformal thresholds: when to say "uncertain" (methods.md §12.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.1


@dataclass(frozen=True)
class Conformal:
    """The set of a case holds "present" if p >= present_at_least and "absent" if p <= absent_at_most.

    {present} -> positive, {absent} -> negative, both or neither -> uncertain. Under exchangeability, each class is
    in the set of at least 1 - alpha of its cases, marginally; void under shift.
    """

    alpha: float
    present_at_least: float
    absent_at_most: float
    n_positive: int
    n_negative: int

    def document(self) -> dict[str, Any]:
        """JSON-ready, for the manifest."""
        return dict(vars(self))


def fit(probabilities: NDArray[np.floating], labels: NDArray[np.floating], alpha: float = ALPHA) -> Conformal:
    """n1 positives, k = ceil((n1+1)(1-alpha) - 1e-9), q1 = k-th smallest of 1-p (1 if k > n1), present_at_least = 1
    - q1; likewise absent_at_most = the k-th smallest p of the negatives (1 if k > n0).

    probabilities, labels: [n], labels 0 or 1. A class with fewer than 9 cases at alpha .1 is in every set.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha} is not between 0 and 1")
    positives = np.asarray(probabilities, np.float64)[labels == 1]
    negatives = np.asarray(probabilities, np.float64)[labels == 0]
    # The k-th smallest of 1-p is 1 minus the k-th largest p: read it off p itself, so that the threshold equals a score exactly.
    k = conformal_rank(len(positives), alpha)
    present = 0.0 if k > len(positives) else float(np.sort(positives)[len(positives) - k])
    k = conformal_rank(len(negatives), alpha)
    absent = 1.0 if k > len(negatives) else float(np.sort(negatives)[k - 1])
    return Conformal(alpha, present, absent, len(positives), len(negatives))


def conformal_rank(n: int, alpha: float) -> int:
    """k = ceil((n+1)(1-alpha)): which score is the threshold; k > n means that n cases are too few for one."""
    # 1e-9: (9 + 1)(1 - .1) is 9.000000000000002 in floating point and must stay rank 9.
    return math.ceil((n + 1) * (1 - alpha) - 1e-9)
