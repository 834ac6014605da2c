"""Localisation ROC: an abnormal pair counts only if the top mark hits. Swensson, Med Phys 1996."""

import numpy as np

from measures.roc_area import counts_below


def lroc_area(normal: np.ndarray, abnormal: np.ndarray, top_mark_hits: np.ndarray) -> float:
    """Mean of psi(x, y) over pairs, 0 where the top mark of the abnormal case misses.

    normal: (n0,) and abnormal: (n1,) ratings, top_mark_hits: bool (n1,).
    """
    return float((counts_below(normal, abnormal) * top_mark_hits).sum() / (len(normal) * len(abnormal)))
