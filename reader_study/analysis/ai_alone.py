"""Readers against the model alone on the same cases.

d_j = A_j - A_AI for each reader of one test; the "one test" formulas of Obuchowski and Rockette are applied to d_j
(Hillis 2014): G = MS(R) of d + r max(Cov2 of d, 0), SE = sqrt(G / r), df = G^2 / [MS(R)^2 / (r - 1)]; fixed readers
SE = sqrt([Var + (r - 1) max(Cov2, 0)] / r).
"""

from dataclasses import dataclass, replace

import numpy as np

from reader_study.analysis import covariance
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.covariance import Cells
from reader_study.analysis.figures_of_merit import FigureOfMerit
from reader_study.analysis.obuchowski_rockette import SingleTest
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable

AI = "model alone"


@dataclass(frozen=True)
class AgainstAi:
    """One test: the model's figure of merit, each reader minus it, and the mean with random and fixed readers."""

    test: str
    model: float
    differences: dict[str, float]
    random_readers: SingleTest | None
    fixed_readers: SingleTest


def against_ai(
    table: RatingsTable, scores: np.ndarray, fom: FigureOfMerit, estimator: str = "jackknife", alpha: float = 0.05
) -> list[AgainstAi]:
    """One comparison per test of `table`. scores: float64 [n], the model's score of every case, no NaN.

    The covariance of d_j and d_k is Cov(A_j, A_k) - Cov(A_j, A_AI) - Cov(A_AI, A_k) + Var(A_AI), all estimated in one go
    with the model as one more reader, over common cases where ratings are missing. Raises DataRefused for missing scores.
    """
    if scores.shape != table.truth.shape or not np.isfinite(scores).all():
        raise DataRefused(f"{AI}: {int(np.isfinite(scores).sum())} scores for {len(table.cases)} cases; each needs one")
    found = []
    for index, test in enumerate(table.tests):
        ratings = table.ratings[index]
        joined = replace(
            table, tests=(test,), readers=(*table.readers, AI), ratings=np.concatenate([ratings, scores[None]])[None]
        )
        found.append(_compare(test, table.readers, covariance.estimate(joined, fom, estimator), alpha))
    return found


def _compare(test: str, readers: tuple[str, ...], cells: Cells, alpha: float) -> AgainstAi:
    values, whole = cells.values[0], cells.covariance[0, :, 0, :]
    d = values[:-1] - values[-1]
    spread = whole[:-1, :-1] - whole[:-1, -1:] - whole[-1:, :-1] + whole[-1, -1]
    of_d = Cells(d[None], spread[None, :, None, :])
    result = obuchowski.analyse(of_d, alpha=alpha)
    return AgainstAi(
        test,
        float(values[-1]),
        dict(zip(readers, map(float, d), strict=True)),
        result.rrrc.singles[0] if result.rrrc else None,
        result.frrc.singles[0],
    )
