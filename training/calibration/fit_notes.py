"""What a fitted calibrator cannot say of itself: a bound that it ran into, scores that decide nothing, a class with hardly a case.

A bound or a flat likelihood looks like any other pair of numbers, and so would an overconfident probability made of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from inference.calibration_forms import Beta, LabelMap, ScaleBias
from training.calibration import platt, temperature
from training.calibration.calibrator import Calibrator

LEAST_GAIN = 1e-6  # nats a case by which scores must beat the share of the positives alone
FAR_FROM_SHARE = 0.05
ERRORS_FROM_SHARE = 3.0

Floats = NDArray[np.floating]


def fit_notes(calibrator: Calibrator, logits: Floats, labels: Floats) -> tuple[tuple[str, ...], ...]:
    """Sentences by class, () where there is nothing to say; of the cases [n,K] that the calibrator was fitted on. labels: 0, 1,
    NaN unknown."""
    p = calibrator.apply(logits)
    found = []
    for k, own in enumerate(calibrator.maps):
        known = ~np.isnan(labels[:, k])
        z, y = np.asarray(logits, np.float64)[known, k], np.asarray(labels, np.float64)[known, k]
        notes = [_one_sided(y), _undecided(calibrator.method, own, z, y), _flat(p[known, k], y), _off(p[known, k], y)]
        found.append(tuple(note for note in notes if note))
    return tuple(found)


def _one_sided(y: Floats) -> str:
    positives = int(y.sum())
    for name, count in (("positive", positives), ("negative", len(y) - positives)):
        if count < 2:
            return f"{count or 'no'} {name} of {len(y)} cases: the curve rests on {'it' if count else 'the other side'} alone"
    return ""


def _undecided(method: str, own: LabelMap, z: Floats, y: Floats) -> str:
    """A slope that these cases do not decide."""
    if not isinstance(own, ScaleBias | Beta) or method == "none":
        return ""
    why = _why_undecided(method, own, np.asarray(z, np.float64), np.asarray(y, np.float64))
    smoothed = "; it was fitted to Platt's smoothed targets" if method in ("temperature-per-label", "platt") else ""
    return f"{why}, so they do not decide how steep the curve is{smoothed}" if why else ""


def _why_undecided(method: str, own: ScaleBias | Beta, z: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    if temperature.parts(z, y):
        return "the scores part the cases without an error"
    if method == "temperature-per-label" and temperature.is_undecided(z, y):
        return f"the best temperature lies outside {temperature.LOWEST:g} to {temperature.HIGHEST:g}"
    if isinstance(own, Beta):
        return ""
    if method == "platt" and own.scale <= platt.LOWEST_SCALE * temperature.NEAR:
        return "Platt's slope is at its bound: higher scores are no sign of the finding on these cases"
    if method == "temperature" and temperature.is_on_bound(1 / own.scale):
        return "the temperature ran into the bound of its search"
    return ""


def _flat(p: Floats, y: Floats) -> str:
    share = float(y.mean()) if len(y) else 0.0
    if not 0 < share < 1:
        return ""
    bare = -float(xlogy(share, share) + xlogy(1 - share, 1 - share))
    inside = np.clip(p, 1e-300, 1 - 1e-16)
    own = -float((y * np.log(inside) + (1 - y) * np.log1p(-inside)).mean())
    if own < bare - LEAST_GAIN:
        return ""
    return f"the probabilities tell no more than the share of positives ({share:.3f}) does"


def _off(p: Floats, y: Floats) -> str:
    """Calibration in the large: sum of p against sum of y, by the variance of a sum of independent outcomes."""
    if not len(y):
        return ""
    gap = abs(float(p.mean() - y.mean()))
    error = float(np.sqrt((p * (1 - p)).sum())) / len(y)
    if gap <= FAR_FROM_SHARE or gap <= ERRORS_FROM_SHARE * error:
        return ""
    return (
        f"the mean probability is {p.mean():.3f} where {y.mean():.3f} of the {len(y)} cases have the finding;"
        ' [calibration] method = "platt" has a bias that mends this'
    )
