"""Intraclass correlations with the intervals of Shrout and Fleiss, Psychol Bull 1979."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import f

FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


@dataclass(frozen=True)
class IntraclassCorrelation:
    form: str
    estimate: float | None
    ci: tuple[float, float] | None
    reason: str | None = None


def intraclass_correlations(ratings: np.ndarray, alpha: float = 0.05) -> dict[str, IntraclassCorrelation]:
    """All six forms. ratings: float64 [n targets, k judges], complete, n and k >= 2. Undefined without any variation.

    Raises ValueError for missing ratings or too small a table.
    """
    n, k = ratings.shape
    if n < 2 or k < 2 or np.isnan(ratings).any():
        raise ValueError(f"ICC needs a complete table of at least 2 x 2 ratings, got {n} x {k}")
    bms, jms, ems, wms = _mean_squares(ratings)
    if bms == 0 and wms == 0:
        return {form: IntraclassCorrelation(form, None, None, "no variation between ratings") for form in FORMS}
    one = _share(bms - wms, bms + (k - 1) * wms)
    two = _share(bms - ems, bms + (k - 1) * ems + k * (jms - ems) / n)
    three = _share(bms - ems, bms + (k - 1) * ems)
    ci1 = _ratio_interval(bms, wms, n - 1, n * (k - 1), k, alpha)
    ci3 = _ratio_interval(bms, ems, n - 1, (n - 1) * (k - 1), k, alpha)
    ci2 = _two_way_interval(two, bms, jms, ems, n, k, alpha)
    singles = {"ICC(1,1)": (one, ci1), "ICC(2,1)": (two, ci2), "ICC(3,1)": (three, ci3)}
    found = {form: _in_range(form, value, ci) for form, (value, ci) in singles.items()}
    for form, (value, ci) in singles.items():
        averaged = form.replace(",1)", ",k)")
        limits = None if ci is None else (_step_up(ci[0], k), _step_up(ci[1], k))
        found[averaged] = _in_range(averaged, _step_up(value, k), limits)
    return found


def _share(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")


def _in_range(form: str, value: float, ci: tuple[float, float] | None) -> IntraclassCorrelation:
    """The estimate, or None with the reason where it is no correlation: judges then differ more within targets than targets
    do. Limits are cut at -1 and 1; one that is no number takes the interval away."""
    if not -1 <= value <= 1:
        told = f"{value:.4g} lies outside -1 to 1" if np.isfinite(value) else "its denominator is not above 0"
        return IntraclassCorrelation(form, None, None, f"{told}: ratings vary more within cases than between them")
    if ci is None or np.isnan(ci).any():
        return IntraclassCorrelation(form, value, None)
    return IntraclassCorrelation(form, value, (max(ci[0], -1.0), min(ci[1], 1.0)))


def _step_up(value: float, k: int) -> float:
    """Spearman-Brown: the reliability of the mean of k judges; NaN where 1 + (k - 1) value is not above 0."""
    return _share(k * value, 1 + (k - 1) * value)


def _mean_squares(x: np.ndarray) -> tuple[float, float, float, float]:
    """Between targets, between judges, residual, within targets."""
    n, k = x.shape
    mean, rows, columns = x.mean(), x.mean(axis=1), x.mean(axis=0)
    bss, jss, tss = k * ((rows - mean) ** 2).sum(), n * ((columns - mean) ** 2).sum(), ((x - mean) ** 2).sum()
    return bss / (n - 1), jss / (k - 1), (tss - bss - jss) / ((n - 1) * (k - 1)), (tss - bss) / (n * (k - 1))


def _ratio_interval(bms: float, error: float, df1: int, df2: int, k: int, alpha: float) -> tuple[float, float] | None:
    if error <= 0:
        return None
    ratio = bms / error
    low, high = ratio / f.ppf(1 - alpha / 2, df1, df2), ratio * f.ppf(1 - alpha / 2, df2, df1)
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _two_way_interval(
    rho: float, bms: float, jms: float, ems: float, n: int, k: int, alpha: float
) -> tuple[float, float] | None:
    if ems <= 0:
        return None
    fj = jms / ems
    if not np.isfinite(rho):
        return None
    top = (k - 1) * (n - 1) * (k * rho * fj + n * (1 + (k - 1) * rho) - k * rho) ** 2
    bottom = (n - 1) * k**2 * rho**2 * fj**2 + (n * (1 + (k - 1) * rho) - k * rho) ** 2
    v = _share(top, bottom)
    if not v > 0:
        return None
    upper, lower = f.ppf(1 - alpha / 2, n - 1, v), f.ppf(1 - alpha / 2, v, n - 1)
    low = n * (bms - upper * ems) / (upper * (k * jms + (k * n - k - n) * ems) + n * bms)
    high = n * (lower * bms - ems) / (k * jms + (k * n - k - n) * ems + n * lower * bms)
    return low, high
