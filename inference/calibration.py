"""Calibrated probability of a logit, and the interval that the calibrator's own uncertainty leaves.

The graph computes probability = sigmoid(scale * z + bias); this file repeats it to check the graph, and applies the
bootstrap refits that the manifest keeps. methods.md section 12.1, architecture.md section 3.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

INTERVAL = 0.95


def calibrated_probability(logits: np.ndarray, scale: float, bias: float) -> np.ndarray:
    """sigmoid(scale * z + bias), float64, same shape as logits. Temperature T is scale 1/T, bias 0."""
    return np.asarray(expit(scale * np.asarray(logits, np.float64) + bias))


def probability_interval(logit: float, bootstrap: np.ndarray) -> tuple[float, float]:
    """95 % range of the probability over patient-bootstrap refits of the calibrator.

    The 2.5th and 97.5th percentiles (linear) of sigmoid(scale_b * z + bias_b). bootstrap: [B, 2] (scale, bias).
    It says how well the calibrator is known, not how well the network knows the image.
    """
    values = expit(bootstrap[:, 0] * logit + bootstrap[:, 1])
    tail = 50 * (1 - INTERVAL)
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)
