"""McNemar's exact test of two answers to the same cases."""

from scipy.stats import binom


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided p: 2 P(X <= min(b, c)), X ~ Bin(b + c, 1/2), capped at 1; 1 without a discordant case. McNemar 1947, exact form.

    b, c: discordant counts, right with one and wrong with the other. Raises ValueError for a negative count.
    """
    if b < 0 or c < 0:
        raise ValueError(f"discordant counts must be >= 0, got {b} and {c}")
    return 1.0 if b + c == 0 else min(1.0, 2 * float(binom.cdf(min(b, c), b + c, 0.5)))
