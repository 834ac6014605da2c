"""A share among all images, from those that were drawn with known chances; and how long a draw takes to know it well enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measures.watching.figure import score_interval

MOST_WEEKS = 5200  # a hundred years: nobody waits longer


@dataclass(frozen=True)
class SampledShare:
    """value: Hájek's weighted share. low, high: 95 %. n: drawn cases. effective: equally drawn cases that would say as much."""

    value: float
    low: float
    high: float
    n: int
    effective: float


def sampled_share(hits: NDArray[np.bool_], chances: NDArray[np.floating]) -> SampledShare:
    """sum w y / sum w with w = 1 / chance of having been drawn (Hájek 1971), and Wilson's interval on p(1 - p) / variance cases,
    variance = sum w² (y - p)² / (sum w)², at most Kish's (sum w)² / sum w² times where p is 0 or 1.

    hits, chances: [n], of the drawn cases; chances above 0, at most 1. Raises ValueError for others, and without a case.
    """
    chance, y = np.asarray(chances, float), np.asarray(hits, float)
    if not len(y) or not ((chance > 0) & (chance <= 1)).all():
        raise ValueError(
            f"{len(y)} cases with chances from {chance.min(initial=1):g}; allowed: 1 or more, chances above 0 to 1"
        )
    w = 1 / chance
    value = float(w @ y / w.sum())
    kish = float(w.sum() ** 2 / (w**2).sum())
    variance = float((w**2 * (y - value) ** 2).sum() / w.sum() ** 2)
    effective = value * (1 - value) / variance if variance > 0 else kish
    return SampledShare(value, *score_interval(value, effective), len(y), effective)


def cases_needed(half_width: float, share: float = 0.5) -> int:
    """The least n at which Wilson's 95 % interval of this share reaches no farther than half_width from its middle."""
    if not (0 < half_width < 0.5 and 0 <= share <= 1):
        raise ValueError(f"half width {half_width:g}, share {share:g}; allowed: above 0 to .5, and 0 to 1")
    n = 1
    while (limits := score_interval(share, n))[1] - limits[0] > 2 * half_width:
        n += 1
    return n


def weeks_until(
    half_width: float, images_a_week: float, draw: float, share: float = 0.5, part: float = 1.0
) -> int | None:
    """Weeks until the 95 % interval of a rate is ± half_width, where each image is drawn with the chance `draw` and answered, and
    `part` of the images count (for sensitivity the prevalence). share: the rate that is expected; .5 is the longest. None where
    nothing comes, or a hundred years would not do."""
    a_week = images_a_week * draw * part
    weeks = math.ceil(cases_needed(half_width, share) / a_week) if a_week > 0 else MOST_WEEKS + 1
    return weeks if weeks <= MOST_WEEKS else None
