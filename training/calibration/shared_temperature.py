"""Temperature scaling with one temperature for all classes: sigmoid(z / T) or softmax(z / T)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

from training.calibration.scale_bias import ScaleBias
from training.calibration.temperature import HIGHEST, LOWEST
from training.data.samples import SINGLE

Floats = NDArray[np.floating]


def fit(logits: Floats, labels: Floats, task: str) -> tuple[ScaleBias, ...]:
    """T in [.05, 20] that minimises the negative log likelihood over all classes; scale = 1/T, bias = 0 for each.

    Guo et al. 2017; paper 000 §3.6.1 prints softmax, its multi-label outputs need sigmoid(z / T). log T by L-BFGS with
    the bounds, in float64, from T = 1, so that NLL(T) <= NLL(1). Deviation from the gpleiss code, which fits T itself
    from 1.5 and may go negative. It keeps every label's AUC and the argmax.
    logits [n,K]; labels [n,K] of 0, 1, NaN unknown (multilabel) or one-hot (single).
    """
    z, y = np.asarray(logits, np.float64), np.asarray(labels, np.float64)

    def loss(log_temperature: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scaled = z * math.exp(-float(log_temperature[0]))
        value, slope = _likelihood(scaled, y, task)
        return value, np.array([-slope])  # d scaled / d log T = -scaled

    bounds = [(math.log(LOWEST), math.log(HIGHEST))]
    options = {"maxiter": 200, "ftol": 1e-15, "gtol": 1e-10}
    found = minimize(loss, np.zeros(1), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return (ScaleBias(math.exp(-float(found.x[0])), 0.0),) * z.shape[1]


def _likelihood(scaled: NDArray[np.float64], y: NDArray[np.float64], task: str) -> tuple[float, float]:
    """Mean negative log likelihood and mean of d NLL / d scaled * scaled."""
    if task == SINGLE:
        value = -(log_softmax(scaled, axis=1) * y).sum(axis=1).mean()
        return float(value), float(((softmax(scaled, axis=1) - y) * scaled).sum(axis=1).mean())
    known = ~np.isnan(y)
    s, truth = scaled[known], y[known]
    value = (np.logaddexp(0, s) - truth * s).mean()
    return float(value), float(((expit(s) - truth) * s).mean())
