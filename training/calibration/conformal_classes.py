"""Conformal sets of a softmax: which of the classes are left for an image (methods.md §12.4, single-label)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.calibration.conformal import ALPHA, conformal_rank

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class ClassConformal:
    """The set of an image holds class k if p_k >= present_at_least[k]; it is uncertain when the set's size is not 1.

    Under exchangeability the true class is in the set of at least 1 - alpha of the images of each class, marginally; void
    under shift. n: calibration images of each class.
    """

    alpha: float
    present_at_least: tuple[float, ...]
    n: tuple[int, ...]

    def sets(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Which classes each image's set holds, bool [n,K], of probabilities [n,K]."""
        held: NDArray[np.bool_] = np.asarray(probabilities, np.float64) >= np.array(self.present_at_least)
        return held

    def documents(self) -> list[dict[str, Any]]:
        """The `conformal` part of every finding in the manifest; absent_at_most repeats the threshold and is not read."""
        total = sum(self.n)
        return [
            {
                "alpha": self.alpha, "present_at_least": threshold, "absent_at_most": threshold,
                "n_positive": count, "n_negative": total - count,
            }
            for threshold, count in zip(self.present_at_least, self.n, strict=True)
        ]  # fmt: skip


def fit(probabilities: Floats, labels: Floats, alpha: float = ALPHA) -> ClassConformal:
    """Per class y, q_y = the k-th smallest of 1 - p_y over its n_y images, k = ceil((n_y+1)(1-alpha) - 1e-9); threshold
    1 - q_y, 0 (always in the set) where k > n_y: fewer than 9 images at alpha .1.

    probabilities [n,K] calibrated; labels one-hot [n,K]. Raises ValueError for an alpha outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha} is not between 0 and 1")
    thresholds, counts = [], []
    for k in range(probabilities.shape[1]):
        own = np.sort(np.asarray(probabilities, np.float64)[labels[:, k] == 1, k])
        rank = conformal_rank(len(own), alpha)
        # Read off p itself, so that the threshold equals a score exactly: k-th smallest of 1-p, k-th largest p.
        thresholds.append(0.0 if rank > len(own) else float(own[len(own) - rank]))
        counts.append(len(own))
    return ClassConformal(alpha, tuple(thresholds), tuple(counts))
