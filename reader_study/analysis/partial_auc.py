"""Partial area under the empirical ROC curve."""

import numpy as np


def roc_points(normal: np.ndarray, abnormal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(FPF, TPF) of every cut from strict to lax, with (0, 0) and (1, 1). Call = rating >= cut."""
    cuts = np.unique(np.concatenate([normal, abnormal]))[::-1]
    false_positive = [0.0, *((normal >= cut).mean() for cut in cuts)]
    true_positive = [0.0, *((abnormal >= cut).mean() for cut in cuts)]
    return np.array(false_positive), np.array(true_positive)


def partial_auc(normal: np.ndarray, abnormal: np.ndarray, low: float, high: float) -> float:
    """Trapezoid area between FPF = low and high, divided by high - low: the mean sensitivity over that range.

    normal: (n0,), abnormal: (n1,), 0 <= low < high <= 1.
    """
    x, y = roc_points(normal, abnormal)
    return float((_area_up_to(x, y, high) - _area_up_to(x, y, low)) / (high - low))


def _area_up_to(x: np.ndarray, y: np.ndarray, limit: float) -> float:
    """Area under the polyline from 0 to limit; vertical steps have no width."""
    area = 0.0
    for x0, x1, y0, y1 in zip(x, x[1:], y, y[1:], strict=False):
        if x1 <= x0 or x0 >= limit:
            continue
        end = min(x1, limit)
        y_end = y0 + (y1 - y0) * (end - x0) / (x1 - x0)
        area += (end - x0) * (y0 + y_end) / 2
    return area
