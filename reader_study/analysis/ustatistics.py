"""Unbiased (U-statistic) variances of the empirical AUC.

Gallas, Acad Radiol 2006; Gallas, Bandos, Samuelson and Wagner, Commun Stat 2009. With random readers and cases the square of
the mean AUC is the weighted sum of eight moments (reader, normal, abnormal case each the same or another), and its
expectation under independence is the last of them: Var = A A' - M(all other). Missing and uncrossed data take no part.

Sums over one index come from mid-ranks. Those in which normal and abnormal case are both the same have no such form over
pairs of cells: they are matrix products over blocks of normal cases, so that no table of all pairs is ever held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from measures.roc_area import counts_below
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable

_BLOCK = 1 << 14  # pairs per cell and block: products up to 4 times this many are exact in float32


@dataclass(frozen=True)
class Pairs:
    """Ratings of m cells as float64 normal [m, n0] and abnormal [m, n1], NaN where a cell has none."""

    normal: np.ndarray
    abnormal: np.ndarray

    @cached_property
    def by_normal(self) -> np.ndarray:
        """Sum of psi over the abnormal cases of the cell, float64 [m, n0]: 0 where unread."""
        sums = np.zeros(self.normal.shape)
        for row, x, y in zip(sums, self.normal, self.abnormal, strict=True):
            own, other = x[~np.isnan(x)], y[~np.isnan(y)]
            if len(own) and len(other):
                row[~np.isnan(x)] = len(other) - counts_below(other, own)
        return sums

    @cached_property
    def by_abnormal(self) -> np.ndarray:
        """Sum of psi over the normal cases of the cell, float64 [m, n1]: 0 where unread."""
        sums = np.zeros(self.abnormal.shape)
        for row, x, y in zip(sums, self.normal, self.abnormal, strict=True):
            own, other = y[~np.isnan(y)], x[~np.isnan(x)]
            if len(own) and len(other):
                row[~np.isnan(y)] = counts_below(other, own)
        return sums

    @cached_property
    def read_normal(self) -> np.ndarray:
        return (~np.isnan(self.normal)).astype(float)

    @cached_property
    def read_abnormal(self) -> np.ndarray:
        return (~np.isnan(self.abnormal)).astype(float)

    @cached_property
    def same_pair(self) -> np.ndarray:
        """Sum over pairs of psi psi' of every two cells, float64 [m, m]. Time m^2 n0 n1 in a matrix product, memory of a block."""
        m, n1 = self.abnormal.shape
        step = max(1, _BLOCK // n1)
        total = np.zeros((m, m))
        for start in range(0, self.normal.shape[1], step):
            x = self.normal[:, start : start + step, None]
            twice = (self.abnormal[:, None, :] > x).astype(np.float32)  # false where one is NaN
            twice += self.abnormal[:, None, :] >= x
            flat = twice.reshape(m, -1)
            total += flat @ flat.T
        return total / 4

    @cached_property
    def pairs(self) -> np.ndarray:
        """Pairs of a normal and an abnormal case of each cell, float64 [m]."""
        counted: np.ndarray = self.read_normal.sum(axis=1) * self.read_abnormal.sum(axis=1)
        return counted

    @cached_property
    def areas(self) -> np.ndarray:
        """AUC of each cell, float64 [m]."""
        found: np.ndarray = self.by_abnormal.sum(axis=1) / self.pairs
        return found


def unbiased_covariance(cells: Pairs) -> np.ndarray:
    """Unbiased covariance of m AUCs with fixed readers: A A' - M4, M4 the mean of psi psi' over index pairs that share neither
    case. On common cases this is [M1 + (n0-1) M2 + (n1-1) M3 + ((n0-1)(n1-1) - n0 n1) M4] / (n0 n1) with M1 same x same y,
    M2 same y other x, M3 same x other y. Needs two cases of each class per cell. Returns [m, m]; no common case gives 0.
    """
    same_x, same_y = cells.by_normal @ cells.by_normal.T, cells.by_abnormal @ cells.by_abnormal.T
    total = cells.by_abnormal.sum(axis=1)
    other = np.outer(total, total) - same_x - same_y + cells.same_pair
    n0, n1 = cells.read_normal.sum(axis=1), cells.read_abnormal.sum(axis=1)
    common0, common1 = cells.read_normal @ cells.read_normal.T, cells.read_abnormal @ cells.read_abnormal.T
    pairs = (np.outer(n0, n0) - common0) * (np.outer(n1, n1) - common1)
    found: np.ndarray = np.outer(cells.areas, cells.areas) - other / pairs
    return np.where((common0 > 0) | (common1 > 0), found, 0.0)


@dataclass(frozen=True)
class Sums:
    """Sums of p(r,x,y) q(r',x',y') over index pairs of two tests by what they share, and the like of their masks.

    Keys are sets of the letters r, x, y: those indices are the same, the others run free (and may be the same).
    """

    psi: dict[str, float]
    mask: dict[str, float]

    def all_other(self, of: dict[str, float]) -> float:
        """Sum over r' != r, x' != x, y' != y, by inclusion and exclusion."""
        return sum((-1) ** len(shared) * value for shared, value in of.items())


class OneShot:
    """Moments of the reader-averaged AUCs of all tests, readers and cases random."""

    def __init__(self, table: RatingsTable) -> None:
        """Raises DataRefused where a test has no pair of a normal and an abnormal case with one reader."""
        t, r, _ = table.ratings.shape
        self.shape = t, r
        flat = table.ratings.reshape(t * r, -1)
        self.cells = Pairs(flat[:, ~table.truth], flat[:, table.truth])
        for name, counted in zip(table.tests, self.cells.pairs.reshape(t, r).sum(axis=1), strict=True):
            if not counted:
                raise DataRefused(f"test '{name}': no reader rated both a normal and an abnormal case")

    def _of(self, test: int, values: np.ndarray) -> np.ndarray:
        r = self.shape[1]
        return values[test * r : (test + 1) * r]

    def auc(self, test: int) -> float:
        """Mean of psi over all (reader, normal, abnormal) that were read."""
        return float(self._of(test, self.cells.by_abnormal).sum() / self._of(test, self.cells.pairs).sum())

    def sums(self, one: int, other: int) -> Sums:
        """Shared sums of two tests."""
        cells = self.cells
        same = cells.same_pair.reshape(self.shape + self.shape)[one, :, other, :]
        read = [[self._of(test, part) for test in (one, other)] for part in (cells.read_normal, cells.read_abnormal)]
        both = (read[0][0] @ read[0][1].T) * (read[1][0] @ read[1][1].T)
        counts = [[part.sum(axis=1, keepdims=True) for part in parts] for parts in read]
        psi = [(self._of(test, cells.by_normal), self._of(test, cells.by_abnormal)) for test in (one, other)]
        mask = [(read[0][k] * counts[1][k], read[1][k] * counts[0][k]) for k in (0, 1)]
        return Sums(_shared(psi, same), _shared(mask, both))

    def covariance(self, one: int, other: int) -> float:
        """Covariance of two tests' reader-averaged AUCs: A A' - M(all other).

        Raises DataRefused when no two triples differ in reader, normal and abnormal case at once.
        """
        found = self.sums(one, other)
        pairs = found.all_other(found.mask)
        if pairs <= 0:
            raise DataRefused("ustat needs at least 2 readers, 2 normal and 2 abnormal cases")
        return self.auc(one) * self.auc(other) - found.all_other(found.psi) / pairs

    def degrees_of_freedom(self, weights: Mapping[int, float], variance: float) -> float | None:
        """Satterthwaite's df of the variance of sum_i w_i A_i over the moments (BDG), not truncated.

        Obuchowski, Gallas and Hillis, Acad Radiol 2012; iMRMC 4. With v_f the part of readers, normal or abnormal cases f in the
        variance that the sample itself has, (M(same f) - M()) / d_f with moments over all index pairs, and d_f + 1 the effective
        number of f, (sum_f m)^2 / sum_f m^2 over the read triples m of each: df = variance^2 / sum_f v_f^2 / d_f, at least the
        smallest d_f (Gaylor and Hopper, Technometrics 1969). A factor that the tests do not share has a part per test. None
        where a factor has one level only. Deviation from iMRMC: it rounds d_f to whole numbers, which differ from these only
        where ratings are missing, and truncates df.
        """
        found = {(one, other): self.sums(one, other) for one in weights for other in weights}
        levels = {
            (test, factor): found[test, test].mask[""] / found[test, test].mask[factor] - 1
            for test in weights
            for factor in "rxy"
        }
        least = min(levels.values())
        if least < 1e-9:
            return None
        spread = 0.0
        for factor in "rxy":
            part = {
                (one, other): weights[one]
                * weights[other]
                * (own.psi[factor] / own.mask[factor] - own.psi[""] / own.mask[""])
                for (one, other), own in found.items()
                if own.mask[factor]
            }
            if any(one != other for one, other in part):
                d = min(levels[test, factor] for test in weights)
                spread += (sum(part.values()) / d) ** 2 / d
            else:
                spread += sum((part[test, test] / levels[test, factor]) ** 2 / levels[test, factor] for test in weights)
        return max(variance**2 / spread, least) if spread > 0 else least


def _shared(sides: list[tuple[np.ndarray, np.ndarray]], same: np.ndarray) -> dict[str, float]:
    """sides: per test the sums by normal [r, n0] and by abnormal case [r, n1]; same: sums over equal pairs [r, r]."""
    (p0, p1), (q0, q1) = sides
    return {
        "": float(p0.sum() * q0.sum()),
        "r": float(p0.sum(axis=1) @ q0.sum(axis=1)),
        "x": float(p0.sum(axis=0) @ q0.sum(axis=0)),
        "y": float(p1.sum(axis=0) @ q1.sum(axis=0)),
        "rx": float(np.sum(p0 * q0)),
        "ry": float(np.sum(p1 * q1)),
        "xy": float(same.sum()),
        "rxy": float(np.trace(same)),
    }
