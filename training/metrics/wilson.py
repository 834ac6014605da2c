"""Wilson's score interval of a proportion."""

from __future__ import annotations

import math

from scipy.stats import norm

from training.metrics.estimate import Estimate, undefined

METHOD = "wilson"


def estimate(successes: int, n: int, level: float = 0.95) -> Estimate:
    """(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes / n. Wilson, JASA 1927."""
    if not 0 <= successes <= n:
        raise ValueError(f"successes {successes} is not in 0..{n}")
    if n == 0:
        return undefined(0, METHOD, "no case")
    z = float(norm.ppf(0.5 + level / 2))
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Estimate(p, (max(0.0, centre - half), min(1.0, centre + half)), n, METHOD)
