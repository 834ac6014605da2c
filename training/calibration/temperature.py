"""Temperature scaling, one temperature per finding: sigmoid(z / T)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from training.calibration.scale_bias import ScaleBias, checked

LOWEST, HIGHEST = 0.05, 20.0


def fit(logits: NDArray[np.floating], labels: NDArray[np.floating]) -> ScaleBias:
    """T in [.05, 20] that minimises the negative log likelihood; scale = 1/T, bias = 0.

    Guo et al. 2017 for sigmoid outputs (methods.md §12.1 `temperature-per-label`). Deviation: a bounded search over
    log T, in float64, instead of LBFGS: the likelihood is unimodal in T and the bound is part of the method. logits,
    labels: [n], labels 0 or 1.
    """
    z, y = checked(logits, labels)

    def loss(log_temperature: float) -> float:
        scaled = z * math.exp(-log_temperature)
        return float((np.logaddexp(0, scaled) - y * scaled).mean())

    bounds = (math.log(LOWEST), math.log(HIGHEST))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return ScaleBias(math.exp(-float(found.x)), 0.0)
