"""Two readers: Cohen's kappa (plain, linear, quadratic), PABAK and Gwet's AC1.

Cohen 1960, 1968; Byrt, Bishop and Carlin 1993; Gwet 2008.
"""

import numpy as np

WEIGHTS = ("none", "linear", "quadratic")


def table_of(one: np.ndarray, other: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Counts [k, k]: rows the first reader's category, columns the second's. Every value must be one of `levels`."""
    rows, columns = np.searchsorted(levels, one), np.searchsorted(levels, other)
    counts = np.zeros((len(levels), len(levels)))
    np.add.at(counts, (rows, columns), 1)
    return counts


def kappa(counts: np.ndarray, weights: str = "none") -> float | None:
    """(po - pe) / (1 - pe) of a square table, agreement weighted 1 - d / max d with d = |i - j| or its square.

    None where chance agreement is complete. Raises ValueError for an unknown weighting.
    """
    if weights not in WEIGHTS:
        raise ValueError(f"weights '{weights}' is not one of {', '.join(WEIGHTS)}")
    share = counts / counts.sum()
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    k = len(counts)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(float)
    if weights == "none":
        distance = (distance > 0).astype(float)
    elif weights == "quadratic":
        distance = distance**2
    disagreement = float((distance * expected).sum())
    return 1 - float((distance * share).sum()) / disagreement if disagreement > 0 else None


def pabak(counts: np.ndarray) -> float:
    """Prevalence- and bias-adjusted kappa of two categories: 2 po - 1; of k: (k po - 1) / (k - 1)."""
    k = len(counts)
    observed = float(np.trace(counts) / counts.sum())
    return (k * observed - 1) / (k - 1)


def gwet_ac1(counts: np.ndarray) -> float | None:
    """(po - pe) / (1 - pe), pe = sum q (1 - q) / (k - 1), q the mean share of each category."""
    share = counts / counts.sum()
    q = (share.sum(axis=0) + share.sum(axis=1)) / 2
    expected = float((q * (1 - q)).sum() / (len(counts) - 1))
    return (float(np.trace(share)) - expected) / (1 - expected) if expected < 1 else None
