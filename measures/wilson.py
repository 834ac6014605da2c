"""Wilson's score interval of a proportion."""

import math

from scipy.special import ndtri


def wilson_interval(successes: float, n: float, alpha: float = 0.05) -> tuple[float, float]:
    """(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes / n. Wilson, JASA 1927; no continuity correction.

    Either may be a fraction, as an effective number of cases is. Both ends lie in [0, 1]. Raises ValueError unless
    0 <= successes <= n and n > 0.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no proportion: 0 <= successes <= n and n > 0 are needed")
    z = float(ndtri(1 - alpha / 2))
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)
