"""What a gate measures: one figure with its interval, and how many times the cases would be needed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import chdtri, ndtri, stdtrit

SPREAD_CONFIDENCE = 0.8  # the spread that sizes a rehearsal is its upper limit at this confidence


@dataclass(frozen=True)
class Question:
    """What is asked of a figure: to lie in [low, high] (one end may be infinite), each end tested one-sided at alpha.

    ideal: the figure of a candidate that is as good as it should be; beta: chance that such a one is missed, at the level
    next_alpha of the next look.
    """

    low: float
    high: float
    ideal: float
    alpha: float
    next_alpha: float
    beta: float

    @property
    def distance(self) -> float:
        """From the ideal to the nearer end; both ends in use share beta."""
        return min(self.ideal - self.low, self.high - self.ideal)

    @property
    def power_quantile(self) -> float:
        """z of 1 - beta; of 1 - beta / 2 where both ends are finite."""
        both = math.isfinite(self.low) and math.isfinite(self.high)
        return float(ndtri(1 - self.beta / 2 if both else 1 - self.beta))


@dataclass(frozen=True)
class Measured:
    """A figure with its interval of confidence 1 - 2 alpha; NaN where it is not defined.

    now, later: how many times the present cases give the wanted power at this look's level and at the next one's.
    candidate, in_service: the two figures behind a difference or ratio. p: of "no difference", where a test gives one.
    short: how many times the present cases the interval needs to hold at all; above 1 nothing is decided.
    """

    value: float
    low: float
    high: float
    n: int
    positives: int
    negatives: int
    patients: int
    now: float
    later: float
    method: str
    candidate: float | None = None
    in_service: float | None = None
    p: float | None = None
    short: float = 0.0


def undefined(n: int, positives: int, negatives: int, patients: int, method: str) -> Measured:
    """No figure: too few cases or no spread to say anything."""
    nan = math.nan
    return Measured(nan, nan, nan, n, positives, negatives, patients, math.inf, math.inf, method)


def student_limits(value: float, error: float, df: float, alpha: float, least: float = 0.0) -> tuple[float, float]:
    """value -/+ t(1 - alpha, df) x standard error; never narrower than z(1 - alpha) x `least`, where few cases show no spread."""
    half = float(stdtrit(df, 1 - alpha)) * error if error > 0 else 0.0
    half = max(half, float(ndtri(1 - alpha)) * least)
    return value - half, value + half


def times_needed(error: float, df: float, question: Question, alpha: float, least: float = 0.0) -> float:
    """How many times the cases bring (z(1 - alpha) + z(power)) standard errors down to the distance.

    The standard error is taken at its upper limit of 80 % confidence, s sqrt(df / chi2(.2, df)): a rehearsal sized by the
    spread of a small one would else miss its power half of the time. Browne, Statistics in Medicine 1995. least: the standard
    error that the test takes at the least.
    """
    if question.distance <= 0:
        return math.inf
    upper = error * math.sqrt(df / float(chdtri(df, SPREAD_CONFIDENCE)))
    wanted = float(ndtri(1 - alpha)) * max(upper, least) + question.power_quantile * upper
    return (wanted / question.distance) ** 2
