"""What every agreement statistic returns, and its bootstrap over cases."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from measures.bootstrap import percentile_limits, resamples

DRAWS = 2000


@dataclass(frozen=True)
class Agreement:
    """estimate and 95 % ci (None with a reason where undefined), n cases, method."""

    estimate: float | None
    ci: tuple[float, float] | None
    n: int
    method: str
    reason: str | None = None


def with_bootstrap(
    statistic: Callable[[np.ndarray], float | None], cases: np.ndarray, method: str, seed: int = 0, alpha: float = 0.05
) -> Agreement:
    """The statistic of `cases` (first axis = cases) with the percentile interval of 2,000 seeded draws over cases.

    Draws in which the statistic is undefined are left out; with fewer than half of them defined there is no interval.
    """
    estimate = statistic(cases)
    if estimate is None:
        return Agreement(None, None, len(cases), method, "undefined: no variation to agree about")
    draws = [statistic(cases[chosen]) for chosen in resamples(range(len(cases)), DRAWS, seed)]
    kept = [draw for draw in draws if draw is not None]
    if len(kept) < DRAWS / 2:
        return Agreement(estimate, None, len(cases), method, "interval undefined: most draws have no variation")
    return Agreement(estimate, percentile_limits(np.array(kept), alpha), len(cases), method)
