"""The shape of every calibrator that the graph can hold: sigmoid(scale * z + bias)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit


@dataclass(frozen=True)
class ScaleBias:
    """Parameters of one finding; scale > 0, so that the order of cases, and with it the AUC, never changes."""

    scale: float
    bias: float

    def apply(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Probabilities, float64, of the shape of logits."""
        probabilities: NDArray[np.float64] = expit(self.scale * np.asarray(logits, np.float64) + self.bias)
        return probabilities


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
