"""Proportions: Wilson intervals, exact McNemar, likelihood ratios."""

import math

from scipy.stats import binom, norm


def wilson(successes: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson score interval of successes / n. Wilson, JASA 1927. Raises ValueError unless 0 <= successes <= n, n > 0."""
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no proportion: 0 <= successes <= n and n > 0 are needed")
    z = float(norm.ppf(1 - alpha / 2))
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar_exact(b: int, c: int) -> float:
    """Exact two-sided McNemar p: 2 P(X <= min(b, c)), X ~ Bin(b + c, 1/2), capped at 1. b, c: discordant counts."""
    if b < 0 or c < 0:
        raise ValueError(f"discordant counts must be >= 0, got {b} and {c}")
    return 1.0 if b + c == 0 else min(1.0, 2 * float(binom.cdf(min(b, c), b + c, 0.5)))


def likelihood_ratios(sensitivity: float, specificity: float) -> tuple[float | None, float | None]:
    """(positive, negative) likelihood ratio; None where the divisor is 0."""
    positive = sensitivity / (1 - specificity) if specificity < 1 else None
    negative = (1 - sensitivity) / specificity if specificity > 0 else None
    return positive, negative


def brier(ratings: list[float], truth: list[bool], lowest: float, highest: float) -> float:
    """Mean squared difference of ratings rescaled from [lowest, highest] to [0, 1] and truth."""
    if not highest > lowest or not ratings or len(ratings) != len(truth):
        raise ValueError(f"brier needs highest > lowest and as many ratings as truths, got {lowest}, {highest}")
    scaled = [(rating - lowest) / (highest - lowest) for rating in ratings]
    return sum((value - float(known)) ** 2 for value, known in zip(scaled, truth, strict=True)) / len(scaled)
