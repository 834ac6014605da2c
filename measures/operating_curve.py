"""What a measured ROC says at each of its thresholds: sensitivity and specificity with the interval of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from measures.wilson import wilson_interval

# ROC points are written with six decimals: a share further than this from a whole number of cases is of other cases.
ROUNDING = 1e-6


class NotOfTheseCases(ValueError):
    """The shares of a ROC are not those of the number of cases that is stated for it."""


@dataclass(frozen=True)
class Share:
    """successes of n, as a value in [0, 1], with Wilson's 95 % interval."""

    value: float
    ci: tuple[float, float]
    n: int


@dataclass(frozen=True)
class CurvePoint:
    """Flagged is a score >= threshold."""

    threshold: float
    sensitivity: Share
    specificity: Share


def operating_curve(roc: Sequence[Sequence[float]], positives: int, negatives: int) -> list[CurvePoint]:
    """The points of a ROC [(false positive rate, true positive rate, threshold)], in its order.

    Shares are rounded in the file, so the counts behind them are found again (k = round(share x n)) and the share is k / n. The
    interval is Wilson's at each point by itself: over repeated test sets of the same size it holds the sensitivity of the model
    at that fixed threshold in 95 % of them; it is no band for the whole curve at once.
    Of points that were rounded to one threshold the one that flags most is kept: flagged is a score at or above it. Which of them
    the unrounded scores would give cannot be told from the file; the alternative is a false "flags nothing" at the highest.
    Raises ValueError for n of 0, a point that is no triple of shares or an order that is not falling in the threshold, and
    NotOfTheseCases where a share is not k / n.
    """
    if positives < 1 or negatives < 1:
        raise ValueError(f"{positives} with and {negatives} without the finding: one of each is needed")
    points = []
    for place, row in enumerate(roc):
        if len(row) != 3 or not all(0 <= share <= 1 for share in row[:2]):
            raise ValueError(
                f"point {place} of the ROC is {list(row)}; allowed: two shares from 0 to 1 and a threshold"
            )
        false_alarms, found, threshold = row
        points.append(
            CurvePoint(
                float(threshold),
                share_of(_count(found, positives), positives),
                share_of(negatives - _count(false_alarms, negatives), negatives),
            )
        )
    for before, after in pairwise(points):
        is_falling = after.threshold <= before.threshold
        if not is_falling or after.sensitivity.value < before.sensitivity.value:
            raise ValueError(f"the ROC turns back at threshold {after.threshold:g}; allowed: thresholds that fall")
        if after.specificity.value > before.specificity.value:
            raise ValueError(f"the ROC turns back at threshold {after.threshold:g}; allowed: specificity that falls")
    return list({point.threshold: point for point in points}.values())


def place_of(curve: Sequence[CurvePoint], threshold: float) -> int:
    """Index of the last point whose threshold is not below `threshold`: it flags the same measured cases. -1 if there is none."""
    return max((place for place, point in enumerate(curve) if point.threshold >= threshold), default=-1)


def share_of(successes: int, n: int) -> Share:
    """The share with its interval. Raises ValueError unless 0 <= successes <= n and n > 0."""
    return Share(successes / n, wilson_interval(successes, n), n)


def _count(share: float, n: int) -> int:
    count = round(share * n)
    if abs(count / n - share) > ROUNDING:
        raise NotOfTheseCases(f"a share of {share:g} is no whole number of {n} cases")
    return count
