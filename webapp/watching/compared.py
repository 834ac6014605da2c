"""Measured on labels and estimated without, side by side: of the whole time that is shown, and of each period of four weeks."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from measures import sampled_share
from measures.sampled_share import cases_needed
from measures.watching.expected import expected_figures
from measures.watching.figure import Figure
from webapp.watching.first_results import FirstResult
from webapp.watching.unaided_labels import LabelledResult, figures_of, patients_of
from webapp.watching.weeks import WEEK

PERIOD_WEEKS = 4
FIGURES = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "auc": "AUC",
    "calibration_intercept": "Calibration intercept",
    "calibration_slope": "Calibration slope",
}
ESTIMATED = ("sensitivity", "specificity", "auc")
HALF_WIDTH = 0.05
ISSUE_SHARE = 0.05  # of new images, when nothing else is asked


def side_by_side(results: Sequence[FirstResult], labelled: Sequence[LabelledResult]) -> dict[str, Any]:
    """{measured, estimated: name -> figure, parts: names whose intervals share no value, labels}."""
    measured, estimated = figures_of(labelled), estimates(results)
    return {
        "measured": {name: _document(figure) for name, figure in measured.items()},
        "estimated": {name: _document(figure) for name, figure in estimated.items()},
        "parts": [name for name in ESTIMATED if measured[name].parts_from(estimated[name])],
        "labels": len(labelled),
        "labels_with": sum(one.label for one in labelled),
    }


def estimates(results: Sequence[FirstResult]) -> Mapping[str, Figure]:
    """CBPE of those that have a number."""
    scored = [one for one in results if one.is_scored]
    scores = np.array([one.probability for one in scored], np.float64)
    return expected_figures(scores, np.array([one.is_flagged for one in scored], bool), patients_of(scored))


def periods(
    results: Sequence[FirstResult], labelled: Sequence[LabelledResult], starts: Sequence[datetime]
) -> list[dict[str, Any]]:
    """starts: of weeks, oldest first; each PERIOD_WEEKS of them make a period, the last ones first."""
    found = []
    for start, end in spans_of(starts):
        own = [one for one in results if start <= one.at < end]
        found.append(
            {"start": start.date().isoformat(), **side_by_side(own, [one for one in labelled if start <= one.at < end])}
        )
    return found


def spans_of(starts: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Start and end of each period."""
    first = len(starts) % PERIOD_WEEKS
    return [(start, start + PERIOD_WEEKS * WEEK) for start in starts[first::PERIOD_WEEKS]]


def weeks_until(
    labelled: Sequence[LabelledResult], whole: Mapping[str, Any], images_a_week: float, weeks: float, drawn: int
) -> list[dict[str, Any]]:
    """How long +-5 points take with 5 % looks before the model, at the volume, answers and prevalence of the time that is shown.

    drawn: looks that were asked for. Of these, as many give a label as did; the share that has the finding is weighted.
    weeks: None for more than a hundred years.
    """
    if not labelled or not drawn or weeks <= 0 or not images_a_week:
        return []
    weights = np.array([1 / one.probability for one in labelled])
    present = float(weights @ np.array([one.label for one in labelled]) / weights.sum())
    answered = min(1.0, len(labelled) / drawn)
    found = []
    for name, share in (("sensitivity", present), ("specificity", 1 - present)):
        value = whole["measured"][name]["value"]
        a_week = images_a_week * ISSUE_SHARE * answered * share
        if value is None or a_week == 0:
            continue
        weeks_left = sampled_share.weeks_until(HALF_WIDTH, images_a_week, ISSUE_SHARE * answered, value, share)
        found.append(
            {"figure": name, "needed": cases_needed(HALF_WIDTH, value), "a_week": round(a_week, 2),
             "answered": round(answered, 3), "weeks": weeks_left}
        )  # fmt: skip
    return found


def _document(figure: Figure) -> dict[str, Any]:
    return {
        name: None if math.isnan(value) else round(value, 5)
        for name, value in (("value", figure.value), ("low", figure.low), ("high", figure.high))
    } | {"n": figure.n}
