"""The table of all pairs, from the definition: what mid-ranks must give without it."""

import numpy as np


def kernel(normal: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
    """psi(x, y) = 1 if y > x, 1/2 if equal, 0 otherwise (also where one is NaN). Returns float64 [n0, n1]."""
    above, equal = abnormal[None, :] > normal[:, None], abnormal[None, :] == normal[:, None]
    return np.where(above, 1.0, np.where(equal, 0.5, 0.0))
