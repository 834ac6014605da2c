"""Obuchowski-Rockette analysis of a multi-reader multi-case study.

Obuchowski and Rockette, Commun Stat 1995; degrees of freedom: Hillis, Stat Med 2007; Hillis 2014 for one test.
t tests, r readers, A [t, r] figures of merit.

Groups of readers without common cases (split-plot; Obuchowski, Gallas and Hillis, Acad Radiol 2012; Hillis, Stat Med 2014): mean
squares of readers and of their interaction are those within groups, on r - G in place of r - 1; Cov2 and Cov3 average over pairs
of one group; k = sum_g r_g^2 / r, the readers of a group, stands for r where readers share cases. One group has G = 1, k = r.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, f, norm
from scipy.stats import t as student

from reader_study.analysis.covariance import Cells
from reader_study.analysis.design import FACTORIAL, NESTED_READERS, NESTED_TESTS, Design

# Figures of merit are sums of fewer than 10^6 terms: what differs by less than this share of their scale does not differ.
NOISE = 1e-12
NESTED = (NESTED_READERS, NESTED_TESTS)


@dataclass(frozen=True)
class MeanSquares:
    T: float | None
    R: float | None
    TR: float | None


@dataclass(frozen=True)
class Components:
    """Var, Cov1 (other test, same reader), Cov2 (same test, other reader), Cov3 (both other), Var(R), Var(TR)."""

    var: float
    cov1: float
    cov2: float
    cov3: float
    var_r: float | None
    var_tr: float | None


@dataclass(frozen=True)
class Difference:
    """a - b with its interval; se 0 gives no test and no interval. df: None for fixed readers, infinite where random readers
    do not differ at all."""

    a: int
    b: int
    estimate: float
    se: float
    df: float | None
    p: float | None
    ci: tuple[float, float] | None


@dataclass(frozen=True)
class SingleTest:
    """Mean over readers of one test (or one reader's value) with its interval."""

    index: int
    estimate: float
    se: float
    df: float | None
    ci: tuple[float, float] | None


@dataclass(frozen=True)
class Analysis:
    """statistic: F or chi-square of the hypothesis that all tests are equal, None where its denominator is 0. df2 is infinite
    where MS(TR) is 0: F is then chi-square over df1, and t is normal."""

    statistic: float | None
    df1: float | None
    df2: float | None
    p: float | None
    differences: list[Difference]
    singles: list[SingleTest]


@dataclass(frozen=True)
class ObuchowskiRockette:
    values: np.ndarray
    ms: MeanSquares
    components: Components
    rrrc: Analysis | None
    frrc: Analysis
    rrfc: Analysis | None


@dataclass(frozen=True)
class Groups:
    """of: group of each reader, int [r]; df: r - G; k: readers that share cases, sum_g r_g^2 / r."""

    of: np.ndarray
    df: int
    k: float

    @property
    def same(self) -> np.ndarray:
        """Pairs of readers of one group, bool [r, r]."""
        found: np.ndarray = self.of[:, None] == self.of[None, :]
        return found

    def means(self, values: np.ndarray) -> np.ndarray:
        """Mean over the own group, per reader: values [..., r], returns the same shape."""
        weights = self.same / self.same.sum(axis=1, keepdims=True)
        found: np.ndarray = values @ weights.T
        return found


def groups_of(readers: int, given: Sequence[int] | None = None) -> Groups:
    """One group of all readers where none are given."""
    of = np.array(given) if given is not None else np.zeros(readers, int)
    counts = np.bincount(of)
    return Groups(of, readers - len(counts), float((counts**2).sum() / readers))


def mean_squares(values: np.ndarray, scale: float = 1.0, groups: Groups | None = None) -> MeanSquares:
    """MS(T) = r sum (A_i. - A..)^2 / (t-1); MS(R) and MS(TR) of readers and of the interaction, within groups; None where df
    would be 0.

    Rounding noise, values.size (NOISE scale)^2 and less, counts as 0.
    """
    t, r = values.shape
    groups = groups or groups_of(r)
    least = values.size * (NOISE * scale) ** 2
    by_test, by_reader, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    between = by_reader - groups.means(by_reader)
    rest = values - groups.means(values) - between[None, :]
    return MeanSquares(
        T=_above(least, r * np.sum((by_test - mean) ** 2) / (t - 1)) if t > 1 else None,
        R=_above(least, t * np.sum(between**2) / groups.df) if groups.df else None,
        TR=_above(least, np.sum(rest**2) / ((t - 1) * groups.df)) if t > 1 and groups.df else None,
    )


def _above(least: float, value: float) -> float:
    return float(value) if abs(value) > least else 0.0


def _noise(cells: Cells) -> float:
    """What a covariance of these cells must exceed to be one."""
    return max(NOISE * float(np.abs(cells.covariance).max()), (NOISE * cells.scale) ** 2)


def _average(
    covariance: np.ndarray, same_test: bool, same_reader: bool, least: float, groups: Groups | None = None
) -> float:
    """Mean over pairs of cells; over readers of one group where they differ."""
    t, r = covariance.shape[:2]
    tests = np.eye(t, dtype=bool) if same_test else ~np.eye(t, dtype=bool)
    own = np.eye(r, dtype=bool)
    readers = own if same_reader else ~own & (groups or groups_of(r)).same
    chosen = tests[:, None, :, None] & readers[None, :, None, :]
    return _above(least, covariance[chosen].mean()) if chosen.any() else 0.0


def components(cells: Cells, ms: MeanSquares, design: str, groups: Groups) -> Components:
    """Averages over pairs; a design without common cases sets its covariances to 0. Components may be negative; two that
    differ by rounding noise alone are equal."""
    least = _noise(cells)
    var = _average(cells.covariance, True, True, least)
    cov1 = 0.0 if design == NESTED_TESTS else _average(cells.covariance, False, True, least)
    cov2 = 0.0 if design == NESTED_READERS else _average(cells.covariance, True, False, least, groups)
    cov3 = 0.0 if design in NESTED else _average(cells.covariance, False, False, least, groups)
    cov1 = cov1 if abs(var - cov1) > least else var
    cov3 = cov3 if abs(cov2 - cov3) > least else cov2
    t = cells.values.shape[0]
    var_tr = None if ms.TR is None else ms.TR - var + cov1 + cov2 - cov3
    var_r = None if ms.R is None or ms.TR is None else (ms.R - ms.TR) / t - cov1 + cov3
    return Components(var, cov1, cov2, cov3, var_r, var_tr)


def analyse(cells: Cells, design: str | Design = FACTORIAL, alpha: float = 0.05) -> ObuchowskiRockette:
    """All three analyses: random readers random cases, fixed readers random cases, random readers fixed cases.

    One reader has no RRRC and RRFC; one test has singles only.
    """
    found = design if isinstance(design, Design) else Design(design)
    groups = groups_of(cells.values.shape[1], found.groups)
    ms = mean_squares(cells.values, cells.scale, groups)
    parts = components(cells, ms, found.type, groups)
    return ObuchowskiRockette(
        cells.values,
        ms,
        parts,
        _rrrc(cells, ms, parts, found.type, groups, alpha) if groups.df else None,
        _frrc(cells, ms, parts, found.type, groups, alpha),
        _rrfc(cells, ms, groups, alpha) if groups.df else None,
    )


def _rrrc(cells: Cells, ms: MeanSquares, parts: Components, design: str, groups: Groups, alpha: float) -> Analysis:
    """D = MS(TR) + k max(Cov2 - Cov3, 0); df2 = D^2 / [MS(TR)^2 / ((t-1)(r-G))]."""
    t, r = cells.values.shape
    singles = [_single_random(cells, index, design, groups, alpha) for index in range(t)]
    if ms.T is None or ms.TR is None:
        return Analysis(None, None, None, None, [], singles)
    denominator = ms.TR + groups.k * max(parts.cov2 - parts.cov3, 0.0)
    df2 = denominator**2 / (ms.TR**2 / ((t - 1) * groups.df)) if ms.TR > 0 else math.inf
    statistic = _ratio(ms.T, denominator)
    p = None if statistic is None else _upper_tail(statistic, t - 1, df2)
    differences = _differences(cells.values, float(np.sqrt(2 * denominator / r)), df2, alpha)
    return Analysis(statistic, t - 1, df2, p, differences, singles)


def _upper_tail(statistic: float, df1: int, df2: float) -> float:
    """P(F > statistic); with infinite df2 that of chi-square over df1."""
    return float(chi2.sf(df1 * statistic, df1) if math.isinf(df2) else f.sf(statistic, df1, df2))


def _frrc(cells: Cells, ms: MeanSquares, parts: Components, design: str, groups: Groups, alpha: float) -> Analysis:
    """E = Var - Cov1 + (k-1) max(Cov2 - Cov3, 0); chi-square = (t-1) MS(T) / E. Singles: each reader's difference 0 - 1."""
    t, r = cells.values.shape
    singles = [_single_fixed(cells, index, design, groups, alpha) for index in range(t)]
    if ms.T is None:
        return Analysis(None, None, None, None, [], singles)
    denominator = parts.var - parts.cov1 + (groups.k - 1) * max(parts.cov2 - parts.cov3, 0.0)
    statistic = _ratio((t - 1) * ms.T, denominator)
    p = None if statistic is None else float(chi2.sf(statistic, t - 1))
    differences = _differences(cells.values, float(np.sqrt(max(2 * denominator / r, 0.0))), None, alpha)
    return Analysis(statistic, t - 1, None, p, differences, singles)


def _rrfc(cells: Cells, ms: MeanSquares, groups: Groups, alpha: float) -> Analysis:
    """F = MS(T) / MS(TR) on t-1 and (t-1)(r-G): for two tests the paired t-test over readers."""
    t, r = cells.values.shape
    if ms.T is None or ms.TR is None:
        return Analysis(None, None, None, None, [], [])
    df2 = float((t - 1) * groups.df)
    statistic = _ratio(ms.T, ms.TR)
    p = None if statistic is None else float(f.sf(statistic, t - 1, df2))
    return Analysis(statistic, t - 1, df2, p, _differences(cells.values, float(np.sqrt(2 * ms.TR / r)), df2, alpha), [])


def reader_differences(cells: Cells, design: str, alpha: float = 0.05) -> list[tuple[int, Difference]]:
    """(reader, difference of two tests) for fixed readers: SE_j = sqrt(2 (Var_j - Cov1_j)), z."""
    t, r = cells.values.shape
    found = []
    for reader in range(r):
        covariance = cells.covariance[:, reader, :, reader]
        for a in range(t):
            for b in range(a + 1, t):
                var = (covariance[a, a] + covariance[b, b]) / 2
                cov1 = 0.0 if design == NESTED_TESTS else covariance[a, b]
                se = float(np.sqrt(max(_above(_noise(cells), 2 * (var - cov1)), 0.0)))
                value = float(cells.values[a, reader] - cells.values[b, reader])
                found.append((reader, _difference(a, b, value, se, None, alpha)))
    return found


def _single_random(cells: Cells, index: int, design: str, groups: Groups, alpha: float) -> SingleTest:
    """G = MS(R)_i + k max(Cov2_i, 0); SE = sqrt(G / r); df = G^2 / [MS(R)_i^2 / (r-G)]."""
    values = cells.values[index]
    r = len(values)
    ms_r = _above(r * (NOISE * cells.scale) ** 2, np.sum((values - groups.means(values)) ** 2) / groups.df)
    block = cells.covariance[index : index + 1, :, index : index + 1, :]
    cov2 = 0.0 if design == NESTED_READERS else _average(block, True, False, _noise(cells), groups)
    spread = ms_r + groups.k * max(cov2, 0.0)
    df = spread**2 / (ms_r**2 / groups.df) if ms_r > 0 else math.inf
    return _single(index, float(values.mean()), float(np.sqrt(spread / r)), df, alpha)


def _single_fixed(cells: Cells, index: int, design: str, groups: Groups, alpha: float) -> SingleTest:
    """SE = sqrt([Var_i + (k-1) max(Cov2_i, 0)] / r), z."""
    block = cells.covariance[index : index + 1, :, index : index + 1, :]
    r = cells.values.shape[1]
    cov2 = 0.0 if design == NESTED_READERS else _average(block, True, False, _noise(cells), groups)
    variance = (_average(block, True, True, _noise(cells)) + (groups.k - 1) * max(cov2, 0.0)) / r
    return _single(index, float(cells.values[index].mean()), float(np.sqrt(max(variance, 0.0))), None, alpha)


def _ratio(numerator: float, denominator: float) -> float | None:
    return float(numerator / denominator) if denominator > 0 else None


def _quantile(df: float | None, alpha: float) -> float:
    return float(norm.ppf(1 - alpha / 2) if df is None else student.ppf(1 - alpha / 2, df))


def _single(index: int, value: float, se: float, df: float | None, alpha: float) -> SingleTest:
    half = _quantile(df, alpha) * se
    return SingleTest(index, value, se, df, (value - half, value + half) if se > 0 else None)


def _difference(a: int, b: int, value: float, se: float, df: float | None, alpha: float) -> Difference:
    if not se > 0:
        return Difference(a, b, value, se, df, None, None)
    ratio = abs(value) / se
    p = 2 * float(norm.sf(ratio) if df is None else student.sf(ratio, df))
    half = _quantile(df, alpha) * se
    return Difference(a, b, value, se, df, p, (value - half, value + half))


def _differences(values: np.ndarray, se: float, df: float | None, alpha: float) -> list[Difference]:
    means = values.mean(axis=1)
    pairs = [(a, b) for a in range(len(means)) for b in range(a + 1, len(means))]
    return [_difference(a, b, float(means[a] - means[b]), se, df, alpha) for a, b in pairs]
