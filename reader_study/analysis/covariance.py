"""Covariances between the figures of merit of all (test, reader) cells.

Three estimators: jackknife (any figure of merit), delong and unbiased (empirical AUC only).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from measures.roc_area import placements
from reader_study.analysis.figures_of_merit import FigureOfMerit
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable
from reader_study.analysis.ustatistics import Pairs, unbiased_covariance

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
    return Cells(values, _ESTIMATORS[estimator](table, fom, values).reshape(shape + shape))


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


def _by_case(table: RatingsTable, values: list[np.ndarray], counted: np.ndarray) -> np.ndarray:
    """Rows [cells, counted cases] of values that are given for the read cases of each cell; NaN elsewhere."""
    rows = np.full((len(values), int(counted.sum())), np.nan)
    for row, cell, own in zip(rows, np.ndindex(table.ratings.shape[:2]), values, strict=True):
        row[~np.isnan(table.ratings[cell][counted])] = own
    return rows


def common_covariance(rows: np.ndarray) -> np.ndarray:
    """Covariance of the means of rows [m, n] over the columns that two rows have in common: c s / (n n'), s their sample
    covariance there, c the number of common columns, n and n' those of each row. NaN is missing; 0 below two common columns.

    With complete rows it is the sample covariance over n.
    """
    read = ~np.isnan(rows)
    own = read.sum(axis=1)
    centred = np.where(read, rows - np.nanmean(rows, axis=1, keepdims=True), 0.0)
    shared = read.astype(float) @ read.T.astype(float)
    sums = centred @ read.T.astype(float)  # of one row over the columns of the other
    cross = centred @ centred.T - sums * sums.T / np.maximum(shared, 1.0)
    found: np.ndarray = np.where(shared > 1, cross / np.maximum(shared - 1, 1.0) * shared, 0.0) / np.outer(own, own)
    return found


def _jackknife(table: RatingsTable, fom: FigureOfMerit, values: np.ndarray) -> np.ndarray:
    """(n - 1) / n * sum_k (A(k) - mean)(A'(k) - mean'), n = counted cases (Efron 1982): the covariance of the means of the
    pseudovalues n A - (n - 1) A(k), over the cases that both cells have.
    """
    rows = []
    for cell in np.ndindex(values.shape):
        normal, abnormal = _split(table, *cell)
        left_out = fom.leave_one_out(normal, abnormal)
        if not np.isfinite(left_out).all():
            where = f"reader '{table.readers[cell[1]]}' in test '{table.tests[cell[0]]}'"
            raise DataRefused(f"{where}: {fom.name} is undefined with one case left out")
        n = len(left_out)
        pseudovalues = n * values[cell] - (n - 1) * left_out
        rows.append(pseudovalues[np.argsort(_class_order(table, fom, cell), kind="stable")])
    counted = (table.truth & fom.counts_abnormal) | (~table.truth & fom.counts_normal)
    return common_covariance(_by_case(table, rows, counted))


def _class_order(table: RatingsTable, fom: FigureOfMerit, cell: tuple[int, ...]) -> np.ndarray:
    """Places in the table of the values that leave_one_out gives: counted normal cases first."""
    places = np.flatnonzero(~np.isnan(table.ratings[cell]))
    truth = table.truth[places]
    normal, abnormal = places[~truth], places[truth]
    return np.concatenate([normal[: len(normal) * fom.counts_normal], abnormal[: len(abnormal) * fom.counts_abnormal]])


def _delong(table: RatingsTable, fom: FigureOfMerit, values: np.ndarray) -> np.ndarray:
    """S10 / n1 + S01 / n0 of the placements, over the cases that both cells have."""
    both = [placements(*_split(table, *cell)) for cell in np.ndindex(values.shape)]
    of_abnormal, of_normal = zip(*both, strict=True)
    return common_covariance(_by_case(table, list(of_abnormal), table.truth)) + common_covariance(
        _by_case(table, list(of_normal), ~table.truth)
    )


def _unbiased(table: RatingsTable, fom: FigureOfMerit, values: np.ndarray) -> np.ndarray:
    flat = table.ratings.reshape(values.size, -1)
    return unbiased_covariance(Pairs(flat[:, ~table.truth], flat[:, table.truth]))


_ESTIMATORS: dict[str, Callable[[RatingsTable, FigureOfMerit, np.ndarray], np.ndarray]] = {
    "jackknife": _jackknife,
    "delong": _delong,
    "unbiased": _unbiased,
}
