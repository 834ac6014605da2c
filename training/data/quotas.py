"""How many images of each class each part of a split gets, and patients dealt out until the quotas are met.

Stratification by patient: patients in seeded order, those with the rarest class first, each to the part that is furthest
below its quota of the patient's classes (Sechidis et al. 2011). With one image per patient the quotas are met exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def shared_out(count: int, shares: Sequence[float], least: Sequence[int] = ()) -> list[int]:
    """`count` images in proportion to `shares` by largest remainders (ties: the earlier part).

    Small sets keep every class in every part: a part with a share gets at least `least` (default 1) images where there
    are enough for all, else at least one, else what the proportions give.
    """
    weights = np.asarray(shares, dtype=float) / sum(shares)
    exact = weights * count
    whole = np.floor(exact + 1e-9).astype(int)
    for part in np.argsort(-(exact - whole), kind="stable")[: count - int(whole.sum())]:
        whole[part] += 1
    wanted = (weights > 0).astype(int)
    for minimum in (np.asarray(least or wanted) * wanted, wanted):
        if count >= minimum.sum():
            while (whole < minimum).any():
                whole[int(np.argmax(whole - minimum))] -= 1
                whole[int(np.argmax(minimum - whole))] += 1
            break
    return [int(value) for value in whole]


def deal(patients: Mapping[str, Counts], quotas: Counts, seed: int) -> dict[str, int]:
    """Patient -> part. patients: images per class, [classes]. quotas: [parts, classes]."""
    order = seeded_order(patients, seed)
    totals = np.maximum(quotas.sum(axis=0), 1).astype(float)
    # Stable: seeded among patients whose rarest class is the same.
    order.sort(key=lambda patient: totals[patients[patient] > 0].min(initial=np.inf))
    size = np.maximum(quotas, 1).astype(float)
    left = quotas.astype(float)
    found = {}
    for patient in order:
        own = patients[patient]
        # The share of its quota that a part still lacks, over the patient's classes; rare classes weigh more.
        part = int(np.argmax((left / size) @ (own / totals)))
        found[patient] = part
        left[part] -= own
    return found


def seeded_order(patients: Mapping[str, object], seed: int) -> list[str]:
    """All patients in an order that depends on the seed alone, not on the order of the table."""
    names = sorted(patients)
    np.random.default_rng(seed).shuffle(names)
    return names
