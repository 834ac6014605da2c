"""Fleiss' kappa of several raters. Fleiss, Psychol Bull 1971."""

import numpy as np


def fleiss_kappa(counts: np.ndarray) -> float | None:
    """counts: [n cases, k categories], the same number of raters (>= 2) in every row.

    None where all ratings fall into one category. Raises ValueError naming the first row with another number of raters.
    """
    raters = counts.sum(axis=1)
    if len(set(raters.tolist())) != 1:
        row = int(np.argmax(raters != raters[0]))
        raise ValueError(
            f"case {row}: {raters[row]:.0f} ratings, case 0 has {raters[0]:.0f}; Fleiss needs the same number"
        )
    m = float(raters[0])
    if m < 2:
        raise ValueError(f"{m:.0f} ratings per case; Fleiss needs at least 2")
    share = counts.sum(axis=0) / counts.sum()
    observed = float(((counts**2).sum(axis=1) - m).mean() / (m * (m - 1)))
    expected = float((share**2).sum())
    return (observed - expected) / (1 - expected) if expected < 1 else None
