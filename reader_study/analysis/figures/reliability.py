"""Do ratings mean what they say? Share of abnormal cases against the rating, with counts."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from measures.wilson import wilson_interval
from reader_study.analysis.tables import RatingsTable
from reports.theme import LINE, colour_of, figure


@dataclass(frozen=True)
class ReliabilityBin:
    """Ratings in (low, high]: their mean, the share of abnormal cases with its Wilson interval, and how many there are."""

    mean: float
    share: float
    ci: tuple[float, float]
    n: int


def reliability_bins(
    ratings: np.ndarray, truth: np.ndarray, scale: tuple[float, float], bins: int = 10
) -> list[ReliabilityBin]:
    """Equal-width bins of ratings rescaled from `scale` to 0..1; empty bins are left out.

    ratings: float64 [n], no NaN; truth: bool [n]. Raises ValueError for a rating outside the scale.
    """
    low, high = scale
    if len(ratings) and not (low <= ratings.min() and ratings.max() <= high):
        raise ValueError(f"ratings {ratings.min():g} to {ratings.max():g} leave the scale {low:g} to {high:g}")
    scaled = (ratings - low) / (high - low)
    index = np.clip(np.ceil(scaled * bins).astype(int) - 1, 0, bins - 1)
    found = []
    for own in range(bins):
        chosen = index == own
        n, positives = int(chosen.sum()), int(truth[chosen].sum())
        if n:
            found.append(ReliabilityBin(float(scaled[chosen].mean()), positives / n, wilson_interval(positives, n), n))
    return found


def reliability_figure(table: RatingsTable, scale: tuple[float, float]) -> go.Figure:
    """One line per test over all readers, marker size by count; the diagonal is a rating that is a probability."""
    shown = figure(
        "Reliability of ratings", f"Rating, rescaled from {scale[0]:g} to {scale[1]:g}", "Share of abnormal cases"
    )
    shown.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", line={"color": LINE, "width": 1}, hoverinfo="skip", showlegend=False
        )
    )
    for index, test in enumerate(table.tests):
        ratings = table.ratings[index].ravel()
        truth = np.tile(table.truth, len(table.readers))
        rated = ~np.isnan(ratings)
        found = reliability_bins(ratings[rated], truth[rated], scale)
        shown.add_trace(
            go.Scatter(
                x=[own.mean for own in found], y=[own.share for own in found], name=test, mode="lines+markers",
                error_y={
                    "type": "data", "symmetric": False, "array": [own.ci[1] - own.share for own in found],
                    "arrayminus": [own.share - own.ci[0] for own in found], "thickness": 1,
                },
                hovertext=[f"{test}: n = {own.n}" for own in found],
                line={"color": colour_of(index)}, marker={"size": [6 + 2 * np.log2(1 + own.n) for own in found]},
            )
        )  # fmt: skip
    return shown
