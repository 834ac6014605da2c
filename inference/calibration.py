"""Calibrated probabilities of logits, and the interval that the calibrator's own uncertainty leaves.

The graph computes the probabilities; this file repeats them to check the graph, and applies the bootstrap refits that the
manifest keeps. The forms themselves: calibration_forms.py. methods.md section 12.1, architecture.md section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, softmax

from inference.calibration_forms import SOFTMAX, LabelMap, ScaleBias, softmax_probabilities

INTERVAL = 0.95


@dataclass(frozen=True, eq=False)
class Calibrator:
    """One finding's calibrator: its parameters, and the same refitted on patient resamples.

    form `softmax`: the pair (scale, bias) of this class; probabilities need all classes, see `class_probabilities`.
    """

    method: str
    form: str
    parameters: LabelMap
    refits: tuple[LabelMap, ...]

    @cached_property
    def refit_pairs(self) -> np.ndarray | None:
        """(scale, bias) of every refit, float64 [B, 2]; None for a form that is not such a pair."""
        pairs = [(own.scale, own.bias) for own in self.refits if isinstance(own, ScaleBias)]
        return np.array(pairs) if len(pairs) == len(self.refits) else None

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float64, of this finding's raw logits. Raises ValueError for one class of a softmax."""
        if self.form == SOFTMAX:
            raise ValueError("form 'softmax' needs the logits of all classes; use class_probabilities")
        return self.parameters.apply(logits)


def class_probabilities(logits: np.ndarray, calibrators: Sequence[Calibrator]) -> np.ndarray:
    """Probabilities float64 [..., K] of raw logits [..., K], each finding by itself or all in one softmax."""
    z = np.asarray(logits, np.float64)
    if calibrators[0].form == SOFTMAX:
        return softmax_probabilities(z, _pairs([own.parameters for own in calibrators]))
    return np.stack([own.apply(z[..., k]) for k, own in enumerate(calibrators)], axis=-1)


def class_intervals(logits: np.ndarray, calibrators: Sequence[Calibrator]) -> list[tuple[float, float]]:
    """The 95 % range of each finding's probability over the refits. logits: [K] of one image.

    Refit b of a softmax is the b-th pair of every class together: they were fitted on the same resample.
    """
    z = np.asarray(logits, np.float64)
    pairs = [own.refit_pairs for own in calibrators]
    lined = [own for own in pairs if own is not None]
    if len(lined) == len(pairs) and len({len(own) for own in lined}) == 1:
        stacked = np.stack(lined, axis=1)  # [B, K, 2]
        scores = stacked[..., 0] * z + stacked[..., 1]
        is_softmax = calibrators[0].form == SOFTMAX
        return _middles(np.asarray(softmax(scores, axis=1) if is_softmax else expit(scores)))
    return [_refit_interval(float(z[k]), own) for k, own in enumerate(calibrators)]


def _refit_interval(logit: float, calibrator: Calibrator) -> tuple[float, float]:
    """95 % range of one finding's probability over the refits of its calibrator, whatever their form."""
    if calibrator.refit_pairs is not None:
        return probability_interval(logit, calibrator.refit_pairs)
    return _middle(np.array([float(refit.apply(np.asarray(logit))) for refit in calibrator.refits]))


def probability_interval(logit: float, bootstrap: np.ndarray) -> tuple[float, float]:
    """95 % range of the probability over patient-bootstrap refits of the calibrator.

    The 2.5th and 97.5th percentiles (linear) of sigmoid(scale_b * z + bias_b). bootstrap: [B, 2] (scale, bias).
    It says how well the calibrator is known, not how well the network knows the image.
    """
    return _middle(expit(bootstrap[:, 0] * logit + bootstrap[:, 1]))


def _middle(values: np.ndarray) -> tuple[float, float]:
    return _middles(values[:, None])[0]


def _middles(values: np.ndarray) -> list[tuple[float, float]]:
    """The middle 95 % of each column of [B, K]."""
    tail = 50 * (1 - INTERVAL)
    low, high = np.percentile(values, [tail, 100 - tail], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _pairs(maps: Sequence[LabelMap]) -> list[ScaleBias]:
    return [own for own in maps if isinstance(own, ScaleBias)]
