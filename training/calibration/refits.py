"""How far a calibrator would have moved with other patients: refits on patient resamples, kept in the bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from inference.calibration_forms import LabelMap
from measures.bootstrap import resamples

REFITS = 200
ATTEMPTS = 10  # resamples drawn per wanted refit before giving up on a set with hardly any positive patient

Fitted = TypeVar("Fitted", bound=LabelMap)
Fit = Callable[[NDArray[np.floating], NDArray[np.floating]], Fitted]


def bootstrap_refits(
    fit: Fit[Fitted],
    logits: NDArray[np.floating],
    labels: NDArray[np.floating],
    patients: Sequence[str],
    count: int = REFITS,
    seed: int = 0,
) -> list[Fitted]:
    """`count` refits. A resample without both classes is drawn again: no calibrator would be fitted on it.

    Raises ValueError when too few resamples hold both classes.
    """
    found: list[Fitted] = []
    for indices in resamples(patients, count * ATTEMPTS, seed):
        if len(found) == count:
            break
        if 0 < labels[indices].sum() < len(indices):
            found.append(fit(logits[indices], labels[indices]))
    if len(found) < count:
        raise ValueError(f"{len(found)} of {count} resamples hold both classes; the calibration split is too small")
    return found
