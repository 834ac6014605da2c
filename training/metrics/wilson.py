"""A share of cases with Wilson's interval."""

from __future__ import annotations

from measures.wilson import wilson_interval
from training.metrics.estimate import Estimate, undefined

METHOD = "wilson"


def estimate(successes: int, n: int) -> Estimate:
    """successes / n; undefined without a case. Raises ValueError unless 0 <= successes <= n."""
    if n == successes == 0:
        return undefined(0, METHOD, "no case")
    interval = wilson_interval(successes, n)
    return Estimate(successes / n, interval, n, METHOD)
