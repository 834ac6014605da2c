"""Partial area under the empirical ROC curve."""

import numpy as np


def roc_points(normal: np.ndarray, abnormal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(FPF, TPF) of every cut from strict to lax, with (0, 0) and (1, 1). Call = rating >= cut."""
    cuts = np.unique(np.concatenate([normal, abnormal]))[::-1]
    false_positive, true_positive = (
        1 - np.searchsorted(np.sort(ratings), cuts) / len(ratings) for ratings in (normal, abnormal)
    )
    return np.concatenate([[0.0], false_positive]), np.concatenate([[0.0], true_positive])


def partial_auc(normal: np.ndarray, abnormal: np.ndarray, low: float, high: float) -> float:
    """Trapezoid area between FPF = low and high, divided by high - low: the mean sensitivity over that range.

    normal: (n0,), abnormal: (n1,), 0 <= low < high <= 1. The mean over abnormal cases of what each contributes: 0 up to the
    share of normals above it, 1 from the share at or above it on, a straight line between (ties).
    """
    above, at_least = _counts(normal, abnormal)
    return float(_contributions(above, at_least, len(normal), low, high).mean())


def partial_auc_leave_one_out(normal: np.ndarray, abnormal: np.ndarray, low: float, high: float) -> np.ndarray:
    """The area without each case, normal cases first, float64 [n0 + n1]: no refits, in n log n. NaN where a class is empty then.

    Without a normal case x the counts of the abnormal cases below x fall by one, of those equal to x by one at or above.
    """
    n0, n1 = len(normal), len(abnormal)
    above, at_least = _counts(normal, abnormal)
    whole = _contributions(above, at_least, n0, low, high)
    without_abnormal = (whole.sum() - whole) / (n1 - 1) if n1 > 1 else np.full(n1, np.nan)
    if n0 < 2:
        return np.concatenate([np.full(n0, np.nan), without_abnormal])
    order = np.argsort(abnormal, kind="stable")
    above, at_least, values = above[order], at_least[order], abnormal[order]
    moved = [
        np.concatenate([[0.0], np.cumsum(_contributions(above - a, at_least - b, n0 - 1, low, high))])
        for a, b in ((1, 1), (0, 1), (0, 0))
    ]
    first, last = np.searchsorted(values, normal), np.searchsorted(values, normal, "right")
    below, equal = moved[0][first], moved[1][last] - moved[1][first]
    return np.concatenate([(below + equal + moved[2][-1] - moved[2][last]) / n1, without_abnormal])


def _counts(normal: np.ndarray, abnormal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normal cases above, and at or above, each abnormal one."""
    ranked = np.sort(normal)
    return len(ranked) - np.searchsorted(ranked, abnormal, "right"), len(ranked) - np.searchsorted(ranked, abnormal)


def _contributions(above: np.ndarray, at_least: np.ndarray, n0: int, low: float, high: float) -> np.ndarray:
    """Mean over FPF in low..high of the curve of one abnormal case each."""
    start, end = above / n0, at_least / n0
    area: np.ndarray = (_area_up_to(start, end, high) - _area_up_to(start, end, low)) / (high - low)
    return area


def _area_up_to(start: np.ndarray, end: np.ndarray, limit: float) -> np.ndarray:
    """Area from 0 to limit under the line that is 0 up to start, 1 from end on."""
    width = np.maximum(end - start, 0.0)
    risen = np.clip(limit - start, 0.0, width)
    ramp = np.divide(risen**2, 2 * width, out=np.zeros_like(width), where=width > 0)
    area: np.ndarray = ramp + np.maximum(limit - np.maximum(end, start), 0.0)
    return area
