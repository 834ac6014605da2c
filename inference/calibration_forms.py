"""The shapes a calibrator may have: from a raw logit to a probability, with the parameters that the manifest keeps.

`scale-bias`: sigmoid(a z + b), the form of temperature and Platt scaling. `beta`: logistic in log p and -log(1 - p).
`ramps`: straight lines between knots, the form of isotonic regression and histogram binning. `softmax` (one answer per
image): softmax over the classes of a_k z_k + b_k. The exporter writes the same formulas into the graph; inference repeats
them to check the graph, and to draw the interval from the refits. methods.md section 12.1, architecture.md section 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, softmax

SCALE_BIAS, BETA, RAMPS, SOFTMAX = "scale-bias", "beta", "ramps", "softmax"
FORMS = (SCALE_BIAS, BETA, RAMPS, SOFTMAX)


@dataclass(frozen=True)
class ScaleBias:
    """p = sigmoid(scale * z + bias); scale > 0, so that the order of cases, and with it the AUC, never changes.

    In a softmax the same pair gives scale * z + bias, and the classes are weighed against each other.
    """

    scale: float
    bias: float

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities, float64, of the shape of logits."""
        return np.asarray(expit(self.scale * np.asarray(logits, np.float64) + self.bias))

    def numbers(self) -> list[float]:
        """As one refit in the manifest."""
        return [round(self.scale, 6), round(self.bias, 6)]


@dataclass(frozen=True)
class Beta:
    """p = sigmoid(a log p0 - b log(1 - p0) + c), p0 = sigmoid(z), a and b >= 0.

    Kull, Silva Filho and Flach 2017. log p0 = -softplus(-z) and -log(1 - p0) = softplus(z), which never overflow.
    """

    a: float
    b: float
    c: float

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities, float64, of the shape of logits."""
        z = np.asarray(logits, np.float64)
        return np.asarray(expit(-self.a * np.logaddexp(0, -z) + self.b * np.logaddexp(0, z) + self.c))

    def numbers(self) -> list[float]:
        """As one refit in the manifest."""
        return [round(self.a, 6), round(self.b, 6), round(self.c, 6)]


@dataclass(frozen=True)
class Ramps:
    """p = y_0 + sum_i (y_i+1 - y_i) clip((z - x_i) / (x_i+1 - x_i), 0, 1): lines between knots, level outside.

    knots: (x, y) pairs, x rising, y in [0,1]; one knot alone is a constant.
    """

    knots: tuple[tuple[float, float], ...]

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities, float64, of the shape of logits."""
        places, values = np.asarray(self.knots, np.float64).T
        return np.asarray(np.interp(np.asarray(logits, np.float64), places, values))

    def numbers(self) -> list[list[float]]:
        """As one refit in the manifest."""
        return [[round(x, 6), round(y, 6)] for x, y in self.knots]


LabelMap = ScaleBias | Beta | Ramps


def softmax_probabilities(logits: np.ndarray, maps: Sequence[ScaleBias]) -> np.ndarray:
    """softmax over the last axis of scale_k z_k + bias_k, float64. logits: [..., K]."""
    scale, bias = (np.array([getattr(own, name) for own in maps]) for name in ("scale", "bias"))
    return np.asarray(softmax(scale * np.asarray(logits, np.float64) + bias, axis=-1))


def form_of(part: Mapping[str, Any]) -> str:
    """The form of a manifest's calibrator; one without the word is of the first kind there was."""
    return str(part.get("form", SCALE_BIAS))


def read_form(form: str, part: Mapping[str, Any]) -> LabelMap:
    """The parameters named in a manifest's calibrator. Raises ValueError for parameters outside their range."""
    if form == BETA:
        return checked_form(Beta(float(part["a"]), float(part["b"]), float(part["c"])))
    if form == RAMPS:
        return checked_form(Ramps(tuple((float(x), float(y)) for x, y in part["knots"])))
    return checked_form(ScaleBias(float(part["scale"]), float(part["bias"])))


def read_refit(form: str, numbers: Sequence[Any]) -> LabelMap:
    """One entry of `bootstrap`: the numbers that `numbers()` wrote. Raises ValueError."""
    wanted = {BETA: 3, RAMPS: len(numbers)}.get(form, 2)
    if len(numbers) != wanted or any(isinstance(entry, list) != (form == RAMPS) for entry in numbers):
        kind = "a list of [x, y] knots" if form == RAMPS else f"{wanted} numbers"
        raise ValueError(f"{str(list(numbers))[:80]}; allowed: {kind} for form {form!r}")
    if form == RAMPS:
        return checked_form(Ramps(tuple((float(x), float(y)) for x, y in numbers)))
    return checked_form(Beta(*map(float, numbers)) if form == BETA else ScaleBias(*map(float, numbers)))


def checked_form(own: LabelMap) -> LabelMap:
    """The same parameters. Raises ValueError where the form would turn the order over or is no function."""
    if isinstance(own, ScaleBias) and own.scale <= 0:
        raise ValueError(f"scale {own.scale:g}; allowed: above 0, or the order would turn over")
    if isinstance(own, Beta) and (own.a < 0 or own.b < 0):
        raise ValueError(f"a {own.a:g}, b {own.b:g}; allowed: 0 or more, or the order would turn over")
    if isinstance(own, Ramps):
        places, values = np.asarray(own.knots, np.float64).T
        if (np.diff(places) <= 0).any():
            raise ValueError(f"knots at {places[:6].tolist()}; allowed: rising x")
        if values.min() < 0 or values.max() > 1:
            raise ValueError(f"knots from {values.min():g} to {values.max():g}; allowed: probabilities from 0 to 1")
    return own


def label_map_document(own: LabelMap) -> dict[str, Any]:
    """The parameters under their names, as the manifest keeps them beside `form`."""
    if isinstance(own, Ramps):
        return {"knots": [list(knot) for knot in own.knots]}
    return dict(vars(own))


def form_name(own: LabelMap) -> str:
    """`scale-bias`, `beta` or `ramps`."""
    return {ScaleBias: SCALE_BIAS, Beta: BETA, Ramps: RAMPS}[type(own)]
