"""How far a calibrator would have moved with other patients: refits on patient resamples, kept in the bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.calibration.scale_bias import ScaleBias
from training.metrics.patient_bootstrap import resamples

REFITS = 200
ATTEMPTS = 10  # resamples drawn per wanted refit before giving up on a set with hardly any positive patient

Fit = Callable[[NDArray[np.floating], NDArray[np.floating]], ScaleBias]


def bootstrap_refits(
    fit: Fit,
    logits: NDArray[np.floating],
    labels: NDArray[np.floating],
    patients: Sequence[str],
    count: int = REFITS,
    seed: int = 0,
) -> list[ScaleBias]:
    """`count` refits. A resample without both classes is drawn again: no calibrator would be fitted on it.

    Raises ValueError when too few resamples hold both classes.
    """
    found: list[ScaleBias] = []
    for indices in resamples(patients, count * ATTEMPTS, seed):
        if len(found) == count:
            break
        if 0 < labels[indices].sum() < len(indices):
            found.append(fit(logits[indices], labels[indices]))
    if len(found) < count:
        raise ValueError(f"{len(found)} of {count} resamples hold both classes; the calibration split is too small")
    return found
