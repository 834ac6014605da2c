"""Isotonic regression: the rising curve nearest to the labels, by pooling adjacent violators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from inference.calibration_forms import Ramps
from training.calibration.ramp_knots import ramps
from training.calibration.scale_bias import checked


def fit(logits: NDArray[np.floating], labels: NDArray[np.floating]) -> Ramps:
    """The non-falling function of the logit with the least squared error, a line between the blocks' edges.

    Zadrozny and Elkan 2002; scikit-learn's PAV. For n >= 1000; it makes ties. Deviations: probabilities stay within
    1/(n+2) of 0 and 1 (a block of negatives alone proves no 0, and the log likelihood stays finite); ramps are at
    least .01 wide (ramp_knots.py). logits, labels: [n], labels 0 or 1; deterministic.
    """
    z, y = checked(logits, labels)
    smallest = 1 / (len(z) + 2)
    found = IsotonicRegression(y_min=smallest, y_max=1 - smallest, out_of_bounds="clip").fit(z, y)
    return ramps(found.X_thresholds_.tolist(), found.y_thresholds_.tolist())
