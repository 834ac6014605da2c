"""Measured figures of labelled cases that were drawn with known chances, each of weight 1 / chance (Horvitz and Thompson 1952)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measures.gates.clusters import Codes
from measures.gates.interval import Question
from measures.gates.outputs import ModelAnswers, paired_outputs
from measures.gates.recalibration import intercept, slope
from measures.gates.share_difference import effective_cases
from measures.watching.figure import Figure, of_influences, score_interval, unknown
from measures.watching.weighted_area import weighted_area

Floats = NDArray[np.float64]
_ASKED = Question(-math.inf, math.inf, 0.0, 0.025, 0.025, 0.2)  # no margin: the interval is wanted


@dataclass(frozen=True)
class LabelledCases:
    """scores: probabilities [n]. flagged: at or above the operating point. labels: 1 or 0. weights: 1 / chance of being asked for.
    patients: whose image, as numbers."""

    scores: Floats
    flagged: NDArray[np.bool_]
    labels: NDArray[np.bool_]
    weights: Floats
    patients: Codes


def measured_figures(cases: LabelledCases) -> Mapping[str, Figure]:
    """sensitivity, specificity, auc, calibration_intercept, calibration_slope; each unknown where too few cases say nothing.

    Shares: sum w x / sum w with Wilson's interval on effective cases (Rao and Scott 1992, at most Kish's 1965: on the wide side
    where the chance of being drawn follows the very call that is counted). AUC: DeLong's influences, weighted and summed by patient
    (Obuchowski 1997), on the logit scale. Calibration: Cox 1958, `gates.recalibration`.
    """
    labels, rest = cases.labels, ~cases.labels
    return {
        "sensitivity": _share(cases, labels, cases.flagged),
        "specificity": _share(cases, rest, ~cases.flagged),
        "auc": _area(cases),
        **_calibration(cases),
    }


def _share(cases: LabelledCases, mask: NDArray[np.bool_], right: NDArray[np.bool_]) -> Figure:
    n = int(mask.sum())
    if n == 0:
        return unknown(0)
    weights, own = cases.weights[mask], right[mask].astype(np.float64)
    share = float(weights @ own / weights.sum())
    return Figure(share, *score_interval(share, effective_cases(own, weights, cases.patients[mask])), n)


def _area(cases: LabelledCases) -> Figure:
    n, positives = len(cases.labels), int(cases.labels.sum())
    if min(positives, n - positives) < 2:
        return unknown(n)
    weights = cases.weights
    area, influences = weighted_area(cases.scores, weights * cases.labels, weights * ~cases.labels)
    return of_influences(area, influences, cases.patients, n)


def _calibration(cases: LabelledCases) -> dict[str, Figure]:
    n = len(cases.labels)
    answers = ModelAnswers(cases.scores, cases.flagged, np.full(n, np.nan), np.ones(n))
    outputs = paired_outputs(cases.labels.astype(np.float64), answers, answers, cases.weights, cases.patients)
    found = {"calibration_intercept": intercept(outputs, _ASKED), "calibration_slope": slope(outputs, _ASKED)}
    return {name: Figure(one.value, one.low, one.high, n) for name, one in found.items()}
