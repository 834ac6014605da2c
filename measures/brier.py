"""The Brier score."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def weighted_brier(probabilities: Floats, labels: Floats, weights: Floats) -> NDArray[np.float64]:
    """Brier 1950, one class: mean (p - y)^2. The score of each row of case weights [d,n]; NaN where a row has no weight."""
    with np.errstate(invalid="ignore", divide="ignore"):
        scores: NDArray[np.float64] = weights @ squared_errors(probabilities, labels) / weights.sum(axis=1)
    return scores


def squared_errors(probabilities: Floats, labels: Floats) -> NDArray[np.float64]:
    """(p - y)^2 of each case [n], in double precision."""
    errors: NDArray[np.float64] = (np.asarray(probabilities, np.float64) - labels) ** 2
    return errors
