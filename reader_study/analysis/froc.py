"""Free-response figures of merit: HrAuc, AFROC, AFROC1, wAFROC, wAFROC1.

Chakraborty and Berbaum, Med Phys 2004; Chakraborty and Zhai, Med Phys 2016. Unmarked means -inf and pairs of -inf count
1/2. AFROC: lesion ratings against the highest non-lesion rating of normal cases; the figures with a 1 take the non-lesion
ratings of all cases. Weighted figures: lesion weights w sum to 1 per case, mean over abnormal cases.
"""

from dataclasses import dataclass, replace

import numpy as np

from measures.roc_area import counts_below
from reader_study.analysis.covariance import Cells, common_covariance
from reader_study.analysis.refusal import DataRefused

NAMES = ("wafroc", "wafroc1", "afroc", "afroc1", "hrauc")


@dataclass(frozen=True)
class MarksTable:
    """Marks of t tests and r readers on n0 normal and n1 abnormal cases.

    highest_nl: float64 [t, r, n0 + n1], the highest non-lesion rating, normal cases first: -inf where there is no such mark,
    NaN where the case was not read. lesions: float64 [t, r, n1, L], rating per lesion, NaN beyond a case's lesions and where it
    was not read, -inf unmarked. weights: float64 [n1, L], 0 beyond.
    """

    tests: tuple[str, ...]
    readers: tuple[str, ...]
    n_normal: int
    highest_nl: np.ndarray
    lesions: np.ndarray
    weights: np.ndarray
    sha256: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def n_abnormal(self) -> int:
        return self.lesions.shape[2]

    @property
    def read(self) -> np.ndarray:
        """Which cases were read, bool [t, r, n0 + n1]."""
        found: np.ndarray = ~np.isnan(self.highest_nl)
        return found

    def cell(self, test: int, reader: int) -> "MarksTable":
        """One reader in one test, with the cases that were read."""
        read, n0 = self.read[test, reader], self.n_normal
        abnormal = read[n0:]
        return replace(
            self,
            tests=self.tests[test : test + 1],
            readers=self.readers[reader : reader + 1],
            n_normal=int(read[:n0].sum()),
            highest_nl=self.highest_nl[test, reader, read][None, None],
            lesions=self.lesions[test, reader, abnormal][None, None],
            weights=self.weights[abnormal],
        )


@dataclass(frozen=True)
class PsiSums:
    """Sums of weighted psi of one cell, comparison cases (rows) against abnormal cases (columns): by row, by column, and where
    abnormal cases are rows too, of each such case against itself."""

    by_row: np.ndarray
    by_column: np.ndarray
    own: np.ndarray

    @property
    def total(self) -> float:
        return float(self.by_column.sum())


def psi_sums(table: MarksTable, test: int, reader: int, fom: str) -> PsiSums:
    """Lesions averaged within the case by their weights; by mid-ranks, in n log n.

    Rows are the normal cases, or all cases for the figures that end in 1. For `afroc` the weight of a case is its share
    of all lesions. Raises DataRefused for an unknown name.
    """
    if fom not in NAMES:
        raise DataRefused(f"fom '{fom}' is not one of {', '.join(NAMES)}")
    table = table.cell(test, reader)
    nl, lesions, n0 = table.highest_nl[0, 0], table.lesions[0, 0], table.n_normal
    if fom == "hrauc":
        top = np.maximum(nl[n0:], np.nanmax(lesions, axis=1))
        return PsiSums(len(top) - counts_below(top, nl[:n0]), counts_below(nl[:n0], top), np.zeros(0))
    rows = nl if fom.endswith("1") else nl[:n0]
    present = ~np.isnan(lesions)
    weights = np.where(present, table.weights if fom.startswith("w") else 1.0, 0.0)
    below = np.zeros(lesions.shape)
    below[present] = counts_below(rows, lesions[present])
    own = _own(nl[n0:], lesions, weights) if fom.endswith("1") else np.zeros(0)
    return PsiSums(_weight_above(lesions[present], weights[present], rows), (below * weights).sum(axis=1), own)


def _own(nl: np.ndarray, lesions: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted psi of each abnormal case's highest non-lesion rating against its own lesions."""
    psi = (lesions > nl[:, None]) + 0.5 * (lesions == nl[:, None])  # false where there is no lesion
    found: np.ndarray = (psi * weights).sum(axis=1)
    return found


def _weight_above(ratings: np.ndarray, weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Per value the weight of the ratings above it, of equal ones half."""
    order = np.argsort(ratings, kind="stable")
    ranked, total = ratings[order], np.concatenate([[0.0], np.cumsum(weights[order])])
    half: np.ndarray = (total[np.searchsorted(ranked, values)] + total[np.searchsorted(ranked, values, "right")]) / 2
    return total[-1] - half


def value(table: MarksTable, test: int, reader: int, fom: str) -> float:
    """The figure of merit of one reader in one test, 0..1."""
    sums = psi_sums(table, test, reader, fom)
    return float(sums.total / (len(sums.by_row) * _total_weight(table.cell(test, reader), fom)))


def _total_weight(table: MarksTable, fom: str) -> float:
    if fom in {"afroc", "afroc1"}:
        return float((~np.isnan(table.lesions[0, 0])).sum())
    return float(table.n_abnormal)


def leave_one_out(table: MarksTable, test: int, reader: int, fom: str) -> np.ndarray:
    """The figure without each case that was read, normal cases first: from row and column sums, no refits. float64 [n0 + n1]."""
    sums = psi_sums(table, test, reader, fom)
    table = table.cell(test, reader)
    n0 = table.n_normal
    rows, total = len(sums.by_row), sums.total
    weight = (~np.isnan(table.lesions[0, 0])).sum(axis=1).astype(float) if fom in {"afroc", "afroc1"} else None
    of_case = np.ones(table.n_abnormal) if weight is None else weight
    whole = of_case.sum()
    without_normal = (total - sums.by_row[:n0]) / ((rows - 1) * whole)
    if rows == n0:
        without_abnormal = (total - sums.by_column) / (rows * (whole - of_case))
    else:  # an abnormal case leaves both as a comparison row and as a column
        left = total - sums.by_column - sums.by_row[n0:] + sums.own
        without_abnormal = left / ((rows - 1) * (whole - of_case))
    return np.concatenate([without_normal, without_abnormal])


def cells(table: MarksTable, fom: str) -> Cells:
    """Figures of merit and jackknife covariances over the cases that two cells have in common, as obuchowski_rockette.analyse
    takes them."""
    shape = table.highest_nl.shape[:2]
    values = np.empty(shape)
    rows = np.full((*shape, table.highest_nl.shape[2]), np.nan)
    for test, reader in np.ndindex(shape):
        own = table.cell(test, reader)
        if own.n_normal < 2 or own.n_abnormal < 2:
            counts = f"{own.n_normal} normal and {own.n_abnormal} abnormal cases"
            raise DataRefused(
                f"reader '{own.readers[0]}' in test '{own.tests[0]}': {counts}, at least 2 of each are needed"
            )
        values[test, reader] = value(table, test, reader, fom)
        left = leave_one_out(table, test, reader, fom)
        pseudovalues = len(left) * values[test, reader] - (len(left) - 1) * left
        rows[test, reader][table.read[test, reader]] = pseudovalues
    return Cells(values, common_covariance(rows.reshape(values.size, -1)).reshape(shape + shape))
