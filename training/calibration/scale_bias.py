"""The shape of temperature and Platt scaling, sigmoid(scale * z + bias), and what every fit asks of its input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.calibration_forms import ScaleBias

__all__ = ["ScaleBias", "checked", "smoothed_targets"]


def checked(
    logits: NDArray[np.floating], labels: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """float64 [n] copies. Raises ValueError for other shapes, no cases, values that are not finite, labels other
    than 0 and 1."""
    z, y = np.asarray(logits, np.float64), np.asarray(labels, np.float64)
    if z.ndim != 1 or z.shape != y.shape or z.size == 0:
        raise ValueError(f"logits of shape {z.shape} and labels of shape {y.shape}; wanted two equal [n], n >= 1")
    if not np.isfinite(z).all():
        raise ValueError("logits are not all finite")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"labels hold {sorted(set(y.tolist()) - {0.0, 1.0})}; allowed are 0 and 1")
    return z, y


def smoothed_targets(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n1+1)/(n1+2) for positives and 1/(n0+2) for negatives (Platt 1999): what a case more of each side would leave of 1 and 0."""
    positives, negatives = float(labels.sum()), float((1 - labels).sum())
    return np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
