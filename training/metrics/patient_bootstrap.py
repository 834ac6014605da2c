"""Resampling of patients, not images: several images of one person are not independent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray


def resamples(patients: Sequence[str], count: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """`count` index arrays into the cases: patients drawn with replacement, each with all of its cases."""
    names = np.asarray(patients)
    if names.size == 0:
        raise ValueError("0 cases; at least one is needed for a bootstrap")
    groups = [np.flatnonzero(names == name) for name in np.unique(names)]
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield np.concatenate([groups[g] for g in random.integers(len(groups), size=len(groups))])


def percentile_interval(
    statistic: Callable[[NDArray[np.int64]], float], patients: Sequence[str], count: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of statistic(indices). Resamples on which it is NaN (one class absent) are left out."""
    values = np.array([statistic(indices) for indices in resamples(patients, count, seed)])
    values = values[~np.isnan(values)]
    if values.size == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
