"""Limits of agreement of two readers' measurements. Bland and Altman, Lancet 1986."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student


@dataclass(frozen=True)
class LimitsOfAgreement:
    """bias and the limits bias -/+ 1.96 sd, each with its 95 % interval, in the unit of the measurements."""

    bias: float
    bias_ci: tuple[float, float]
    lower: float
    lower_ci: tuple[float, float]
    upper: float
    upper_ci: tuple[float, float]
    n: int


def limits_of_agreement(one: np.ndarray, other: np.ndarray, alpha: float = 0.05) -> LimitsOfAgreement:
    """SE of the bias sd / sqrt(n), of a limit sd sqrt(3 / n). one, other: (n,) of the same cases, n >= 3.

    Raises ValueError for fewer cases or unequal lengths.
    """
    if len(one) != len(other) or len(one) < 3:
        raise ValueError(f"limits of agreement need at least 3 paired measurements, got {len(one)} and {len(other)}")
    difference = one - other
    n, bias, sd = len(difference), float(difference.mean()), float(difference.std(ddof=1))
    quantile = float(student.ppf(1 - alpha / 2, n - 1))
    half, half_limit = quantile * sd / np.sqrt(n), quantile * sd * np.sqrt(3 / n)
    lower, upper = bias - 1.96 * sd, bias + 1.96 * sd
    return LimitsOfAgreement(
        bias,
        (bias - half, bias + half),
        lower,
        (lower - half_limit, lower + half_limit),
        upper,
        (upper - half_limit, upper + half_limit),
        n,
    )
