"""Empirical area under the ROC curve."""

import numpy as np


def kernel(normal: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
    """psi(x, y) = 1 if y > x, 1/2 if equal, 0 otherwise.

    normal: (n0,), abnormal: (n1,) ratings. Returns float64 [n0, n1].
    """
    difference = abnormal[None, :] - normal[:, None]
    return np.where(difference > 0, 1.0, np.where(difference == 0, 0.5, 0.0))


def auc(normal: np.ndarray, abnormal: np.ndarray) -> float:
    """Mean of psi over all (normal, abnormal) pairs: the Mann-Whitney form of the trapezoid ROC area."""
    return float(kernel(normal, abnormal).mean())
