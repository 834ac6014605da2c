"""Wilson score interval of a proportion."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Proportion:
    """k of n with its 95 % interval, all as fractions."""

    count: int
    total: int
    value: float
    low: float
    high: float


def estimate(count: int, total: int, z: float = Z_95) -> Proportion:
    """Wilson score interval: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Wilson, JASA 1927, 22:209.

    Deviation: none (no continuity correction). Raises ValueError unless 0 <= count <= total and total >= 1.
    """
    if total < 1 or not 0 <= count <= total:
        raise ValueError(f"count {count} of total {total}: needs 0 <= count <= total and total >= 1")
    p = count / total
    centre = p + z * z / (2 * total)
    half = z * sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return Proportion(count, total, p, max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))
