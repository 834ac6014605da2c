"""Out-of-distribution statistic of the gate: Mahalanobis distance of the embedding (methods.md §10; its square root,
as the manifest defines it: the order of cases, and so the gate, is the same)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf

QUANTILE = 0.99

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class OodGate:
    """mean [D] and precision [D,D] float32, threshold: the `quantile` of the calibration split's distances."""

    mean: NDArray[np.float32]
    precision: NDArray[np.float32]
    threshold: float
    quantile: float

    def distances(self, embeddings: Floats) -> NDArray[np.float64]:
        """sqrt((e - mean)^T precision (e - mean)) of each row of embeddings [n,D]."""
        centred = np.asarray(embeddings, np.float64) - self.mean
        distances: NDArray[np.float64] = np.sqrt(
            np.einsum("nd,de,ne->n", centred, self.precision.astype(np.float64), centred)
        )
        return distances


def fit(train_embeddings: Floats, calibration_embeddings: Floats, quantile: float = QUANTILE) -> OodGate:
    """Mean and Ledoit-Wolf covariance of the training embeddings [n,D]; threshold on the calibration split's
    embeddings [m,D].

    Lee et al. 2018 with one Gaussian for all classes; Ledoit and Wolf 2004 shrinkage keeps the covariance invertible
    when n is not much larger than D. Raises ValueError without at least two training rows and one calibration row.
    """
    if len(train_embeddings) < 2 or len(calibration_embeddings) < 1:
        raise ValueError(
            f"{len(train_embeddings)} training and {len(calibration_embeddings)} calibration rows; needed are 2 and 1"
        )
    covariance = LedoitWolf().fit(np.asarray(train_embeddings, np.float64))
    gate = OodGate(covariance.location_.astype(np.float32), covariance.precision_.astype(np.float32), 0.0, quantile)
    threshold = float(np.quantile(gate.distances(calibration_embeddings), quantile))
    return OodGate(gate.mean, gate.precision, threshold, quantile)
