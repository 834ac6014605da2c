"""Resampling of patients, not images: several images of one person are not independent.

Where each case is a patient of its own (the cases of a reader study), `range(n)` names them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

METHOD = "patient bootstrap"
BLOCK_VALUES = 4_000_000  # weights held at once: 32 MB, whatever the number of cases

Floats = NDArray[np.floating]
Patients = Sequence[str] | Sequence[int]
Statistics = Callable[[NDArray[np.float64]], Mapping[str, Floats]]


def resamples(patients: Patients, count: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """`count` index arrays into the cases: patients drawn with replacement, each with all of its cases."""
    group = _groups(patients)
    groups = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield np.concatenate([groups[g] for g in random.integers(len(groups), size=len(groups))])


def weight_blocks(patients: Patients, count: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """The same resamples as multiplicities: blocks [b,n] whose row r says how often each case stands in a resample.

    A statistic made of sums over cases is then one matrix product for all resamples. The blocks hold `count` rows
    together. Raises ValueError without a case.
    """
    group = _groups(patients)
    groups = int(group.max()) + 1
    random = np.random.default_rng(seed)
    block = max(1, BLOCK_VALUES // len(group))
    for start in range(0, count, block):
        rows = min(block, count - start)
        drawn = [np.bincount(random.integers(groups, size=groups), minlength=groups) for _ in range(rows)]
        yield np.stack(drawn).astype(np.float64)[:, group]


def percentile_intervals(
    statistics: Statistics, patients: Patients, count: int = 1000, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """95 % percentile intervals of many statistics at once, by name.

    statistics(weights [b,n]) gives one value per row for each name; NaN where it is not defined, left out.
    """
    found: dict[str, list[Floats]] = {}
    for weights in weight_blocks(patients, count, seed):
        for name, values in statistics(weights).items():
            found.setdefault(name, []).append(values)
    return {name: percentile_limits(np.concatenate(parts)) for name, parts in found.items()}


def percentile_limits(values: Floats, alpha: float = 0.05) -> tuple[float, float]:
    """The quantiles alpha / 2 and 1 - alpha / 2 of a statistic's resamples; NaN ones are left out, NaN without any."""
    values = values[~np.isnan(values)]
    if values.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def _groups(patients: Patients) -> NDArray[np.intp]:
    """Number of each case's patient, in the order of their names [n]."""
    names = np.asarray(patients)
    if names.size == 0:
        raise ValueError("0 cases; at least one is needed for a bootstrap")
    group: NDArray[np.intp] = np.unique(names, return_inverse=True)[1]
    return group
