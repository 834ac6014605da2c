"""Tango's score interval of a difference of two paired shares, and the sizes that go with its test."""

from __future__ import annotations

import math

from scipy.special import ndtri

STEPS = 60  # halvings: 2 / 2^60 is below what a double can tell


def score_statistic(b: float, c: float, n: float, difference: float) -> float:
    """Z = (b - c - n d) / sqrt(n (2 q + d (1 - d))), q the share of c-cases that is most likely under the difference d.

    b: right with the first alone, c: right with the second alone, of n; whole numbers or effective ones. q solves
    2 n q^2 + (-b - c + (2 n - b + c) d) q - c d (1 - d) = 0. Tango, Statistics in Medicine 1998, equations 24 to 26.
    """
    half = -b - c + (2 * n - b + c) * difference
    root = math.sqrt(max(0.0, half * half + 8 * n * c * difference * (1 - difference)))
    share = (root - half) / (4 * n)
    variance = n * (2 * share + difference * (1 - difference))
    gap = b - c - n * difference
    if variance <= 1e-15 * n:
        return 0.0 if abs(gap) < 1e-12 else math.copysign(math.inf, gap)
    return gap / math.sqrt(variance)


def tango_interval(b: float, c: float, n: float, alpha: float = 0.05) -> tuple[float, float]:
    """The differences d whose score statistic lies within -/+ z(1 - alpha / 2). Without discordant cases -/+ z^2 / (n + z^2).

    Raises ValueError unless b, c >= 0, b + c <= n and n > 0.
    """
    if n <= 0 or b < 0 or c < 0 or b + c > n * (1 + 1e-12):
        raise ValueError(f"{b:g} and {c:g} discordant of {n:g} are no counts of pairs")
    z, value = float(ndtri(1 - alpha / 2)), (b - c) / n
    return _edge(b, c, n, -1.0, value, z), _edge(b, c, n, 1.0, value, -z)


def cases_needed(discordant: float, margin: float, alpha: float, quantile: float) -> float:
    """n at which the score test of a loss of `margin` holds with the power of `quantile` where the two do not differ.

    n = ((z(1 - alpha) sqrt(v0) + quantile sqrt(psi)) / margin)^2: psi the discordant share, v0 the variance a pair that the test
    assumes at d = -margin, from expected counts psi n / 2 each way. Form of Nam, Biometrics 1997.
    """
    half, d = -discordant - 2 * margin, -margin
    root = math.sqrt(max(0.0, half * half + 4 * discordant * d * (1 - d)))
    v0 = 2 * (root - half) / 4 + d * (1 - d)
    return ((float(ndtri(1 - alpha)) * math.sqrt(max(v0, 0.0)) + quantile * math.sqrt(discordant)) / margin) ** 2


def _edge(b: float, c: float, n: float, outer: float, inner: float, z: float) -> float:
    """Between `inner`, where |Z| is 0, and `outer`, where it is largest: where Z crosses z."""
    for _ in range(STEPS):
        middle = (outer + inner) / 2
        inside = score_statistic(b, c, n, middle) < z if z > 0 else score_statistic(b, c, n, middle) > z
        outer, inner = (outer, middle) if inside else (middle, inner)
    return inner
