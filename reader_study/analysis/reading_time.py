"""Ratio of reading times of two arms, readers and cases random.

D_jk = ln(aided) - ln(unaided); ratio exp(mean D); V = max(MS(R) + MS(C) - MS(E), MS(E)), SE = sqrt(V / (r n)),
df = V^2 / [MS(R)^2/(r-1) + MS(C)^2/(n-1) + MS(E)^2/((r-1)(n-1))]. Swapping the arms gives the reciprocal.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student


@dataclass(frozen=True)
class TimeRatio:
    """ratio aided / unaided with its interval (None without variation), df of the t distribution."""

    ratio: float
    ci: tuple[float, float] | None
    df: float | None
    p: float | None


def time_ratio(aided: np.ndarray, unaided: np.ndarray, alpha: float = 0.05) -> TimeRatio:
    """aided, unaided: seconds > 0, float64 [r readers, n cases], r and n >= 2. Raises ValueError otherwise."""
    if aided.shape != unaided.shape or aided.ndim != 2 or min(aided.shape) < 2:
        raise ValueError(
            f"reading times need two equal tables of at least 2 x 2, got {aided.shape} and {unaided.shape}"
        )
    if not (aided > 0).all() or not (unaided > 0).all():
        raise ValueError("reading times must be > 0 seconds")
    d = np.log(aided) - np.log(unaided)
    r, n = d.shape
    mean, rows, columns = d.mean(), d.mean(axis=1), d.mean(axis=0)
    ms_r = n * float(((rows - mean) ** 2).sum()) / (r - 1)
    ms_c = r * float(((columns - mean) ** 2).sum()) / (n - 1)
    rest = d - rows[:, None] - columns[None, :] + mean
    ms_e = float((rest**2).sum()) / ((r - 1) * (n - 1))
    v = max(ms_r + ms_c - ms_e, ms_e)
    spread = ms_r**2 / (r - 1) + ms_c**2 / (n - 1) + ms_e**2 / ((r - 1) * (n - 1))
    if v <= 0 or spread <= 0:
        return TimeRatio(float(np.exp(mean)), None, None, None)
    se, df = float(np.sqrt(v / (r * n))), v**2 / spread
    half = float(student.ppf(1 - alpha / 2, df)) * se
    p = 2 * float(student.sf(abs(mean) / se, df))
    return TimeRatio(float(np.exp(mean)), (float(np.exp(mean - half)), float(np.exp(mean + half))), df, p)
