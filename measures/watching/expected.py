"""Estimated figures without labels, from calibrated probabilities alone: CBPE, confidence-based performance estimation.

A case of probability p counts as p cases with the finding and 1 - p without. Nothing is measured: where the probabilities are
calibrated on what comes in, the figures are right, also when the mix of cases has changed (covariate shift: p of a case stays
true); where the finding itself looks different now (concept shift), the probabilities are wrong and so are the figures. Bialek
et al., "Estimating Model Performance Under Covariate Shift Without Labels", arXiv 2401.08348; NannyML's CBPE.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from measures.gates.clusters import Codes
from measures.watching.figure import Figure, of_influences, unknown
from measures.watching.weighted_area import weighted_area

Floats = NDArray[np.float64]
LEAST_CASES = 30


def expected_figures(scores: Floats, flagged: NDArray[np.bool_], patients: Codes) -> Mapping[str, Figure]:
    """sensitivity = sum p f / sum p, specificity = sum (1 - p)(1 - f) / sum (1 - p), auc as `weighted_area` of p and 1 - p.

    scores: calibrated probabilities in [0, 1]. flagged f: at or above the operating point. Intervals (95 %) are of the images
    alone, summed by patient: that the probabilities may be off is in none of them. Unknown below LEAST_CASES cases or where one
    class has no probability. Raises ValueError for a score outside 0 to 1.
    """
    n = len(scores)
    if n and not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError("a score is outside 0 to 1")
    if n < LEAST_CASES or not 0 < scores.sum() < n:
        return {name: unknown(n) for name in ("sensitivity", "specificity", "auc")}
    area, influences = weighted_area(scores, scores, 1 - scores)
    return {
        "sensitivity": _ratio(scores, flagged, patients),
        "specificity": _ratio(1 - scores, ~flagged, patients),
        "auc": of_influences(area, influences, patients, n),
    }


def _ratio(weights: Floats, right: NDArray[np.bool_], patients: Codes) -> Figure:
    total = float(weights.sum())
    share = float(weights @ right) / total
    return of_influences(share, weights * (right - share) / total, patients, len(weights))
