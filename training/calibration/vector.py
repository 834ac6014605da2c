"""Vector scaling of a softmax: softmax(a_k z_k + b_k)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from training.calibration.scale_bias import ScaleBias

# The paper leaves both free; a > 0 keeps each class rising with its own logit, the upper bounds stop separable sets.
LOWEST_SCALE, HIGHEST_SCALE, LARGEST_BIAS = 1e-3, 1e3, 1e2

Floats = NDArray[np.floating]


def fit(
    logits: Floats, labels: Floats, *, with_bias: bool = True, start: Sequence[ScaleBias] | None = None
) -> tuple[ScaleBias, ...]:
    """a_k > 0 and b_k that minimise the cross-entropy, by L-BFGS with bounds in float64 from a = 1, b = 0.

    Guo et al. 2017. 2K parameters: for n >= 1000. Only differences of b count; from b = 0 its sum stays 0.
    with_bias=False fits one temperature per class. logits [n,K], labels one-hot [n,K]. The argmax may change.
    """
    z, y = np.asarray(logits, np.float64), np.asarray(labels, np.float64)
    classes = z.shape[1]

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_p = log_softmax(parameters[:classes] * z + parameters[classes:], axis=1)
        residual = (np.exp(log_p) - y) / len(z)
        slopes = np.concatenate([(residual * z).sum(axis=0), residual.sum(axis=0)])
        return float(-(log_p * y).sum() / len(z)), slopes

    first = np.concatenate([np.ones(classes), np.zeros(classes)])
    if start is not None:
        first = np.array([own.scale for own in start] + [own.bias for own in start])
    largest = LARGEST_BIAS if with_bias else 0.0
    bounds = [(LOWEST_SCALE, HIGHEST_SCALE)] * classes + [(-largest, largest)] * classes
    options = {"maxiter": 2000, "maxfun": 20_000, "ftol": 1e-13, "gtol": 1e-8}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return tuple(ScaleBias(float(found.x[k]), float(found.x[classes + k])) for k in range(classes))
