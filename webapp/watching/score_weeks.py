"""The mean score of each week against the weeks before it, and the CUSUM of that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from measures.watching.cusum import WARM_UP, against_own_past, cusum
from webapp.watching.first_results import FirstResult, patients_once
from webapp.watching.weeks import by_week, week_of

LEAST_SCORES = 10  # of a week, for its mean to count
EDGE = 1e-3  # probabilities are kept this far from 0 and 1, so that no single image makes a week


@dataclass(frozen=True)
class ScoreWeek:
    """mean: of the log odds of the scores of n patients. reading: in standard deviations against the weeks before; height: of the
    CUSUM after it. Both None while the stream is learned."""

    start: datetime
    mean: float
    n: int
    reading: float | None = None
    height: float | None = None


def score_weeks(results: Iterable[FirstResult], bundle: str, now: datetime) -> list[ScoreWeek]:
    """Whole weeks of one bundle with at least LEAST_SCORES numbers, oldest first: another model's scores are no change of what
    comes in. The week of `now` is not over and is left out."""
    own = (one for one in results if one.bundle == bundle and one.probability is not None)
    weeks = [
        ScoreWeek(start, _mean(kept), len(kept))
        for start, rows in sorted(by_week(own).items())
        if start < week_of(now) and len(kept := patients_once(rows)) >= LEAST_SCORES
    ]
    readings = against_own_past([week.mean for week in weeks], [week.n for week in weeks])
    heights = cusum(readings).height
    with_readings = [
        ScoreWeek(week.start, week.mean, week.n, float(reading), float(height))
        for week, reading, height in zip(weeks[WARM_UP:], readings, heights, strict=True)
    ]
    return weeks[:WARM_UP] + with_readings


def _mean(rows: list[FirstResult]) -> float:
    scores = np.clip([one.probability for one in rows if one.probability is not None], EDGE, 1 - EDGE)
    return float(np.log(scores / (1 - scores)).mean())
