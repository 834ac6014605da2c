"""Free-response figures of merit: HrAuc, AFROC, AFROC1, wAFROC, wAFROC1.

Chakraborty and Berbaum, Med Phys 2004; Chakraborty and Zhai, Med Phys 2016. Unmarked means -inf and pairs of -inf count
1/2. AFROC: lesion ratings against the highest non-lesion rating of normal cases; the figures with a 1 take the non-lesion
ratings of all cases. Weighted figures: lesion weights w sum to 1 per case, mean over abnormal cases.
"""

from dataclasses import dataclass

import numpy as np

from measures.roc_area import kernel
from reader_study.analysis.covariance import Cells
from reader_study.analysis.refusal import DataRefused

NAMES = ("wafroc", "wafroc1", "afroc", "afroc1", "hrauc")


@dataclass(frozen=True)
class MarksTable:
    """Marks of t tests and r readers on n0 normal and n1 abnormal cases.

    highest_nl: float64 [t, r, n0 + n1], the highest non-lesion rating, normal cases first. lesions: float64
    [t, r, n1, L], rating per lesion, NaN beyond a case's lesions, -inf unmarked. weights: float64 [n1, L], 0 beyond.
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


def psi_sums(table: MarksTable, test: int, reader: int, fom: str) -> np.ndarray:
    """Kernel [rows, n1]: each comparison case against each abnormal case, lesions averaged within the case.

    Rows are the normal cases, or all cases for the figures that end in 1. For `afroc` the weight of a case is its share
    of all lesions. Raises DataRefused for an unknown name.
    """
    if fom not in NAMES:
        raise DataRefused(f"fom '{fom}' is not one of {', '.join(NAMES)}")
    nl = table.highest_nl[test, reader]
    lesions = table.lesions[test, reader]
    if fom == "hrauc":
        top = np.maximum(nl[table.n_normal :], np.nanmax(lesions, axis=1))
        return kernel(nl[: table.n_normal], top)
    rows = nl if fom.endswith("1") else nl[: table.n_normal]
    present = ~np.isnan(lesions)
    weights = table.weights if fom.startswith("w") else present.astype(float)
    psi = np.stack([kernel(rows, lesions[:, k]) for k in range(lesions.shape[1])], axis=2)  # [rows, n1, L]
    return np.nansum(np.where(present, psi, 0.0) * np.where(present, weights, 0.0), axis=2)


def value(table: MarksTable, test: int, reader: int, fom: str) -> float:
    """The figure of merit of one reader in one test, 0..1."""
    sums = psi_sums(table, test, reader, fom)
    return float(sums.sum() / (sums.shape[0] * _total_weight(table, fom)))


def _total_weight(table: MarksTable, fom: str) -> float:
    if fom in {"afroc", "afroc1"}:
        return float((~np.isnan(table.lesions[0, 0])).sum())
    return float(table.n_abnormal)


def leave_one_out(table: MarksTable, test: int, reader: int, fom: str) -> np.ndarray:
    """The figure without each case, normal cases first: from row and column sums, no refits. float64 [n0 + n1]."""
    sums = psi_sums(table, test, reader, fom)
    n0 = table.n_normal
    rows, total = sums.shape[0], sums.sum()
    weight = (~np.isnan(table.lesions[0, 0])).sum(axis=1).astype(float) if fom in {"afroc", "afroc1"} else None
    of_case = np.ones(table.n_abnormal) if weight is None else weight
    whole = of_case.sum()
    without_normal = (total - sums[:n0].sum(axis=1)) / ((rows - 1) * whole)
    if rows == n0:
        without_abnormal = (total - sums.sum(axis=0)) / (rows * (whole - of_case))
    else:  # an abnormal case leaves both as a comparison row and as a column
        own = np.diagonal(sums[n0:])
        left = total - sums.sum(axis=0) - sums[n0:].sum(axis=1) + own
        without_abnormal = left / ((rows - 1) * (whole - of_case))
    return np.concatenate([without_normal, without_abnormal])


def cells(table: MarksTable, fom: str) -> Cells:
    """Figures of merit and jackknife covariances over all cases, as obuchowski_rockette.analyse takes them."""
    t, r = table.highest_nl.shape[:2]
    values = np.array([[value(table, test, reader, fom) for reader in range(r)] for test in range(t)])
    left = np.array([[leave_one_out(table, test, reader, fom) for reader in range(r)] for test in range(t)])
    n = left.shape[2]
    centred = (left - left.mean(axis=2, keepdims=True)).reshape(t * r, n)
    return Cells(values, ((n - 1) / n * centred @ centred.T).reshape(t, r, t, r))
