"""Unbiased (U-statistic) variances of the empirical AUC.

Gallas, Acad Radiol 2006; Gallas, Bandos, Samuelson and Wagner, Commun Stat 2009. With random readers and cases the square of
the mean AUC is the weighted sum of eight moments (reader, normal, abnormal case each the same or another), and its
expectation under independence is the last of them: Var = A A' - M(all other). Masks handle missing and uncrossed data.
"""

from dataclasses import dataclass

import numpy as np

from measures.roc_area import kernel
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable


def unbiased_covariance(kernels: np.ndarray) -> np.ndarray:
    """Unbiased covariance of m AUCs of the same cases, fixed readers.

    [M1 + (n0-1) M2 + (n1-1) M3 + ((n0-1)(n1-1) - n0 n1) M4] / (n0 n1), moments of psi psi' over index pairs: M1 same x same
    y, M2 same y other x, M3 same x other y, M4 both other. kernels: float64 [m, n0, n1], n0, n1 >= 2. Returns [m, m].
    """
    m, n0, n1 = kernels.shape
    flat = kernels.reshape(m, -1)
    total = flat.sum(axis=1)
    same = flat @ flat.T
    by_normal = kernels.sum(axis=2)  # same x, any y
    by_abnormal = kernels.sum(axis=1)  # same y, any x
    same_x = by_normal @ by_normal.T - same
    same_y = by_abnormal @ by_abnormal.T - same
    other = np.outer(total, total) - same - same_x - same_y
    m1 = same / (n0 * n1)
    m2 = same_y / (n0 * n1 * (n0 - 1))
    m3 = same_x / (n0 * n1 * (n1 - 1))
    m4 = other / (n0 * n1 * (n0 - 1) * (n1 - 1))
    return (m1 + (n0 - 1) * m2 + (n1 - 1) * m3 + ((n0 - 1) * (n1 - 1) - n0 * n1) * m4) / (n0 * n1)


@dataclass(frozen=True)
class Arm:
    """One test: kernel times mask and mask, both float64 [r, n0, n1]; its AUC over all triples that were read."""

    weighted: np.ndarray
    mask: np.ndarray

    @property
    def auc(self) -> float:
        return float(self.weighted.sum() / self.mask.sum())


def arms(table: RatingsTable) -> list[Arm]:
    """One Arm per test. Raises DataRefused where a test has no pair of a normal and an abnormal case with one reader."""
    found = []
    for test, name in enumerate(table.tests):
        normal = table.ratings[test][:, ~table.truth]
        abnormal = table.ratings[test][:, table.truth]
        mask = (~np.isnan(normal))[:, :, None] & (~np.isnan(abnormal))[:, None, :]
        if not mask.any():
            raise DataRefused(f"test '{name}': no reader rated both a normal and an abnormal case")
        psi = np.array([kernel(np.nan_to_num(x), np.nan_to_num(y)) for x, y in zip(normal, abnormal, strict=True)])
        found.append(Arm(psi * mask, mask.astype(float)))
    return found


def one_shot_covariance(one: Arm, other: Arm) -> float:
    """Covariance of two tests' reader-averaged AUCs, readers and cases random: A A' - M(all other).

    Raises DataRefused when no two triples differ in reader, normal and abnormal case at once.
    """
    pairs = _all_other(one.mask, other.mask)
    if pairs <= 0:
        raise DataRefused("ustat needs at least 2 readers, 2 normal and 2 abnormal cases")
    return one.auc * other.auc - _all_other(one.weighted, other.weighted) / pairs


def _all_other(p: np.ndarray, q: np.ndarray) -> float:
    """Sum of p(r,x,y) q(r',x',y') over r' != r, x' != x, y' != y, by inclusion and exclusion over the shared indices."""
    total = 0.0
    for shared in range(8):
        kept = tuple(axis for axis in range(3) if not shared >> axis & 1)  # summed axes: those not shared
        sign = (-1) ** bin(shared).count("1")
        left, right = (p.sum(axis=kept), q.sum(axis=kept)) if kept else (p, q)
        total += sign * float(np.sum(left * right))
    return total
