"""Area under the ROC curve with DeLong's interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from measures import roc_area
from measures.delong import logit_interval, placement_covariance
from training.metrics.estimate import Estimate, undefined

METHOD = "delong"

Floats = NDArray[np.floating]


def estimate(scores: Floats, labels: Floats) -> Estimate:
    """Trapezoid AUC = P(positive > negative) + P(tie) / 2, 95 % CI on the logit scale from DeLong's variance.

    Deviation from DeLong 1988: the scale of the interval; at A = 0 or 1 it is that point alone, with fewer than two cases
    of a class there is none. scores, labels: [n], labels 0 or 1. Undefined when one class is absent. Images are taken as
    independent.
    """
    positives, negatives = scores[labels == 1], scores[labels == 0]
    n, m = len(positives), len(negatives)
    if n + m != len(labels):
        raise ValueError(f"labels hold {sorted(set(labels.tolist()) - {0, 1})}; allowed are 0 and 1")
    if n == 0 or m == 0:
        return undefined(n + m, METHOD, "one class is absent")
    area = roc_area.auc(negatives, positives)
    return Estimate(area, _interval(area, negatives, positives), n + m, METHOD)


def _interval(area: float, negatives: Floats, positives: Floats) -> tuple[float, float]:
    if min(len(negatives), len(positives)) < 2:
        return math.nan, math.nan
    if not 0 < area < 1:
        return area, area
    variance = placement_covariance(*roc_area.placements(negatives, positives))[0, 0]
    return logit_interval(area, math.sqrt(variance))
