"""Dorfman-Berbaum-Metz analysis: three-way ANOVA of jackknife pseudovalues. Invest Radiol 1992; Hillis et al., Stat Med 2008.

Equal to Obuchowski-Rockette with jackknife covariances: MS_OR = MS_DBM / n, r (Cov2 - Cov3) = (MS(TC) - MS(TRC)) / n.
"""

from dataclasses import dataclass

import numpy as np

from reader_study.analysis.figures_of_merit import FigureOfMerit
from reader_study.analysis.obuchowski_rockette import NOISE
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable


@dataclass(frozen=True)
class DorfmanBerbaumMetz:
    """Mean squares {T, R, C, TR, TC, RC, TRC} and variance components {R, C, TR, TC, RC, error} of the pseudovalues."""

    ms: dict[str, float]
    components: dict[str, float]
    f: float | None


def pseudovalues(table: RatingsTable, fom: FigureOfMerit) -> np.ndarray:
    """n A - (n - 1) A(k), float64 [t, r, n] over the counted cases. Factorial designs only."""
    if np.isnan(table.ratings).any():
        raise DataRefused("method dbm needs every reader to read every case in every test")
    t, r = table.ratings.shape[:2]
    rows = []
    for test, reader in np.ndindex(t, r):
        ratings = table.ratings[test, reader]
        normal, abnormal = ratings[~table.truth], ratings[table.truth]
        left_out = fom.leave_one_out(normal, abnormal)
        n = len(left_out)
        rows.append(n * fom.value(normal, abnormal) - (n - 1) * left_out)
    return np.array(rows).reshape(t, r, -1)


def analyse(table: RatingsTable, fom: FigureOfMerit) -> DorfmanBerbaumMetz:
    """Mean squares and components; F = MS(T) / [MS(TR) + max(MS(TC) - MS(TRC), 0)].

    Raises DataRefused for one test, one reader or missing ratings.
    """
    y = pseudovalues(table, fom)
    t, r, n = y.shape
    if t < 2 or r < 2:
        raise DataRefused(f"method dbm needs at least 2 tests and 2 readers, found {t} and {r}")
    ms = _mean_squares(y)
    parts = {
        "R": (ms["R"] - ms["TR"] - ms["RC"] + ms["TRC"]) / (t * n),
        "C": (ms["C"] - ms["TC"] - ms["RC"] + ms["TRC"]) / (t * r),
        "TR": (ms["TR"] - ms["TRC"]) / n,
        "TC": (ms["TC"] - ms["TRC"]) / r,
        "RC": (ms["RC"] - ms["TRC"]) / t,
        "error": ms["TRC"],
    }
    denominator = ms["TR"] + max(ms["TC"] - ms["TRC"], 0.0)
    return DorfmanBerbaumMetz(ms, parts, ms["T"] / denominator if denominator > 0 else None)


def _mean_squares(y: np.ndarray) -> dict[str, float]:
    """Balanced three-way ANOVA without replication, by centring along each factor. Rounding noise counts as 0."""
    ms = {}
    least = y.size * (NOISE * float(np.abs(y).max())) ** 2
    letters = "TRC"
    for chosen in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
        effect = y.mean(axis=tuple(a for a in range(3) if a not in chosen), keepdims=True)
        for axis in chosen:
            effect = effect - effect.mean(axis=axis, keepdims=True)
        repeats = y.size / np.prod([y.shape[axis] for axis in chosen])
        df = np.prod([y.shape[axis] - 1 for axis in chosen])
        value = float(np.sum(effect**2) * repeats / df)
        ms["".join(letters[axis] for axis in chosen)] = value if value > least else 0.0
    return ms
