"""Covariances between the figures of merit of all (test, reader) cells.

Three estimators: jackknife (any figure of merit), delong and unbiased (empirical AUC only).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from measures.delong import placement_covariance
from measures.roc_area import kernel, placements
from reader_study.analysis.figures_of_merit import FigureOfMerit
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable
from reader_study.analysis.ustatistics import unbiased_covariance

ESTIMATORS = ("jackknife", "delong", "unbiased")


@dataclass(frozen=True)
class Cells:
    """Figures of merit [t, r] and their covariance [t, r, t, r]; cells without a common case have covariance 0.

    scale: the size of the figures that rounding was relative to. Those of one cell lie in [0, 1]; a difference of two is as
    uncertain as they were.
    """

    values: np.ndarray
    covariance: np.ndarray
    scale: float = 1.0


def estimate(table: RatingsTable, fom: FigureOfMerit, estimator: str = "jackknife") -> Cells:
    """Figures of merit and covariances of every cell of the table.

    Raises DataRefused for an unknown estimator, an estimator that the figure of merit does not allow, and a cell with
    too few cases of a class or without a defined figure of merit.
    """
    if estimator not in ESTIMATORS:
        raise DataRefused(f"covariance '{estimator}' is not one of {', '.join(ESTIMATORS)}")
    if estimator != "jackknife" and fom.name != "auc":
        raise DataRefused(f"covariance '{estimator}' takes fom auc only, not '{fom.name}'")
    shape = table.ratings.shape[:2]
    values = np.empty(shape)
    for test, reader in np.ndindex(shape):
        values[test, reader] = _value(table, fom, test, reader)
    covariance = np.zeros(shape + shape)
    for cells in _cells_with_common_cases(table):
        block = _BLOCKS[estimator](table, fom, cells)
        for (one, other), value in np.ndenumerate(block):
            covariance[cells[one] + cells[other]] = value
    return Cells(values, covariance)


def _split(table: RatingsTable, test: int, reader: int) -> tuple[np.ndarray, np.ndarray]:
    ratings = table.ratings[test, reader]
    read = ~np.isnan(ratings)
    return ratings[read & ~table.truth], ratings[read & table.truth]


def _value(table: RatingsTable, fom: FigureOfMerit, test: int, reader: int) -> float:
    normal, abnormal = _split(table, test, reader)
    name = f"reader '{table.readers[reader]}' in test '{table.tests[test]}'"
    for wanted, ratings, word in (
        (fom.counts_normal, normal, "normal"),
        (fom.counts_abnormal, abnormal, "abnormal"),
    ):
        if wanted and len(ratings) < 2:
            raise DataRefused(f"{name}: {len(ratings)} {word} cases, {fom.name} needs at least 2")
    value = fom.value(normal, abnormal)
    if not np.isfinite(value):
        raise DataRefused(f"{name}: {fom.name} is undefined (degenerate or unconverged fit)")
    return value


def _cells_with_common_cases(table: RatingsTable) -> list[list[tuple[int, int]]]:
    """Cells (test, reader) grouped by the set of cases they read."""
    groups: dict[bytes, list[tuple[int, int]]] = {}
    for test, reader in np.ndindex(table.ratings.shape[:2]):
        groups.setdefault((~np.isnan(table.ratings[test, reader])).tobytes(), []).append((test, reader))
    return list(groups.values())


def _jackknife(table: RatingsTable, fom: FigureOfMerit, cells: list[tuple[int, int]]) -> np.ndarray:
    """(n - 1) / n * sum_k (A(k) - mean)(A'(k) - mean'), n = counted cases. Efron 1982."""
    left_out = np.array([fom.leave_one_out(*_split(table, *cell)) for cell in cells])
    if not np.isfinite(left_out).all():
        test, reader = cells[int(np.argwhere(~np.isfinite(left_out))[0][0])]
        where = f"reader '{table.readers[reader]}' in test '{table.tests[test]}'"
        raise DataRefused(f"{where}: {fom.name} is undefined with one case left out")
    centred = left_out - left_out.mean(axis=1, keepdims=True)
    n = left_out.shape[1]
    return (n - 1) / n * centred @ centred.T


def _kernels(table: RatingsTable, cells: list[tuple[int, int]]) -> np.ndarray:
    return np.array([kernel(*_split(table, *cell)) for cell in cells])


def _placement_covariance(table: RatingsTable, cells: list[tuple[int, int]]) -> np.ndarray:
    of_abnormal, of_normal = zip(*(placements(*_split(table, *cell)) for cell in cells), strict=True)
    return placement_covariance(np.array(of_abnormal), np.array(of_normal))


_BLOCKS: dict[str, Callable[[RatingsTable, FigureOfMerit, list[tuple[int, int]]], np.ndarray]] = {
    "jackknife": _jackknife,
    "delong": lambda table, fom, cells: _placement_covariance(table, cells),
    "unbiased": lambda table, fom, cells: unbiased_covariance(_kernels(table, cells)),
}
