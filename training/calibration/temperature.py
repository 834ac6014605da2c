"""Temperature scaling, one temperature per finding: sigmoid(z / T)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from training.calibration.scale_bias import ScaleBias, checked, smoothed_targets

LOWEST, HIGHEST = 0.05, 20.0
NEAR = 1.001  # the search stops this close to a bound


def fit(logits: NDArray[np.floating], labels: NDArray[np.floating]) -> ScaleBias:
    """T in [.05, 20] that minimises the negative log likelihood; scale = 1/T, bias = 0.

    Guo et al. 2017 for sigmoid outputs (methods.md §12.1 `temperature-per-label`). Deviations: a bounded search over log T, in
    float64, instead of LBFGS, for the likelihood is unimodal in T; and where the best T lies on the bound, or the scores part the
    cases without an error, Platt's smoothed targets, (n1+1)/(n1+2) and 1/(n0+2), in place of 1 and 0: such cases do not decide
    how steep the curve is. logits, labels: [n], labels 0 or 1.
    """
    z, y = checked(logits, labels)
    return ScaleBias(1 / _best(z, smoothed_targets(y) if is_undecided(z, y) else y), 0.0)


def is_undecided(logits: NDArray[np.floating], labels: NDArray[np.floating]) -> bool:
    """Whether `fit` smoothed the labels: the best T for them as they are lies on a bound, or the scores part them."""
    z, y = checked(logits, labels)
    return parts(z, y) or is_on_bound(_best(z, y))


def is_on_bound(temperature: float) -> bool:
    """Whether a search ended on the lowest or the highest that it may give."""
    return not LOWEST * NEAR < temperature < HIGHEST / NEAR


def parts(logits: NDArray[np.float64], labels: NDArray[np.float64]) -> bool:
    """Whether every positive has a higher score than every negative, of which there is at least one each."""
    positive, negative = logits[labels == 1], logits[labels == 0]
    return bool(len(positive) and len(negative) and positive.min() > negative.max())


def _best(z: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
    def loss(log_temperature: float) -> float:
        scaled = z * math.exp(-log_temperature)
        return float((np.logaddexp(0, scaled) - targets * scaled).mean())

    bounds = (math.log(LOWEST), math.log(HIGHEST))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return math.exp(float(found.x))
