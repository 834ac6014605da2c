"""Krippendorff's alpha for any number of coders, missing values and three levels. Krippendorff 2011."""

import numpy as np

LEVELS = ("nominal", "ordinal", "interval")


def krippendorff_alpha(ratings: np.ndarray, level: str = "nominal") -> float | None:
    """1 - Do / De. ratings: float64 [coders, units], NaN missing. None where nothing varies or nothing is paired.

    Raises ValueError for an unknown level.
    """
    if level not in LEVELS:
        raise ValueError(f"level '{level}' is not one of {', '.join(LEVELS)}")
    values = np.unique(ratings[~np.isnan(ratings)])
    coincidence = np.zeros((len(values), len(values)))
    for unit in ratings.T:
        given = np.searchsorted(values, unit[~np.isnan(unit)])
        if len(given) < 2:
            continue
        counts = np.bincount(given, minlength=len(values)).astype(float)
        coincidence += (np.outer(counts, counts) - np.diag(counts)) / (len(given) - 1)
    totals = coincidence.sum(axis=1)
    n = totals.sum()
    distance = _distance(values, totals, level)
    expected = float((np.outer(totals, totals) * distance).sum() / (n - 1)) if n > 1 else 0.0
    return 1 - float((coincidence * distance).sum()) / expected if expected > 0 else None


def _distance(values: np.ndarray, totals: np.ndarray, level: str) -> np.ndarray:
    k = len(values)
    if level == "nominal":
        return 1.0 - np.eye(k)
    if level == "interval":
        return np.subtract.outer(values, values) ** 2
    distance = np.zeros((k, k))
    for i in range(k):
        for j in range(i + 1, k):
            between = totals[i : j + 1].sum() - (totals[i] + totals[j]) / 2
            distance[i, j] = distance[j, i] = between**2
    return distance
