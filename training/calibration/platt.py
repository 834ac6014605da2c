"""Platt scaling: sigmoid(a z + b) with smoothed targets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.calibration.scale_bias import ScaleBias, checked, smoothed_targets

LOWEST_SCALE = 1e-3  # a > 0 keeps the order of cases; at this bound the score says nothing about the finding


def fit(logits: NDArray[np.floating], labels: NDArray[np.floating]) -> ScaleBias:
    """a > 0 and b that minimise the cross-entropy to the targets (n1+1)/(n1+2) for positives, 1/(n0+2) for negatives.

    Platt 1999; Lin, Lin and Weng 2007 for the convex form. Deviation: a is kept >= .001. It can undo a shift of
    prevalence, which temperature cannot. logits, labels: [n], labels 0 or 1; float64, deterministic.
    """
    z, y = checked(logits, labels)
    targets = smoothed_targets(y)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scaled = parameters[0] * z + parameters[1]
        residual = np.exp(-np.logaddexp(0, -scaled)) - targets
        value = float((np.logaddexp(0, scaled) - targets * scaled).mean())
        return value, np.array([(residual * z).mean(), residual.mean()])

    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(LOWEST_SCALE, None), (None, None)],
        options={"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    return ScaleBias(float(found.x[0]), float(found.x[1]))
