"""Beta calibration: logistic regression on log p and -log(1 - p)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from inference.calibration_forms import Beta
from training.calibration.scale_bias import checked

HIGHEST_SLOPE, LARGEST_OFFSET = 1e3, 1e2  # a separable set would run to infinity


def fit(logits: NDArray[np.floating], labels: NDArray[np.floating]) -> Beta:
    """a, b >= 0 and c of sigmoid(a log p - b log(1-p) + c), p = sigmoid(z), that minimise the cross-entropy.

    Kull, Silva Filho and Flach, AISTATS 2017. Deviation: where theirs drops a negative slope and fits again, the bounds
    are part of the (convex) search here, which is the constrained optimum. (1, 1, 0) changes nothing and is the start.
    logits, labels: [n], labels 0 or 1; float64, deterministic.
    """
    z, y = checked(logits, labels)
    features = np.column_stack([-np.logaddexp(0, -z), np.logaddexp(0, z), np.ones(len(z))])

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = features @ parameters
        return float((np.logaddexp(0, score) - y * score).mean()), features.T @ (expit(score) - y) / len(z)

    bounds = [(0.0, HIGHEST_SLOPE), (0.0, HIGHEST_SLOPE), (-LARGEST_OFFSET, LARGEST_OFFSET)]
    options = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-10}
    found = minimize(loss, np.array([1.0, 1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return Beta(*(float(value) for value in found.x))
