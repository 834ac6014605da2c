"""Two-sided CUSUM, its run length, and readings made standard normal against the stream's own past.

A reading z, standard normal while nothing changed, adds to two sums: up = max(0, up + z - k), down = max(0, down - z - k); an alarm
is either above h. Page, Biometrika 1954. A shift of 2 k standard deviations is found soonest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, stdtr
from scipy.stats import norm

Floats = NDArray[np.float64]
K = 0.5
NODES = 64  # of the quadrature: the textbook's two decimals are met from 24 on
LOWEST_RUN, HIGHEST_RUN = 5.0, 1e6
WARM_UP = 4  # readings that a stream learns from before the first one counts


@dataclass(frozen=True)
class Cusum:
    """up, down: the sums after each reading [n]."""

    up: Floats
    down: Floats

    @property
    def height(self) -> Floats:
        """The higher of the two sums [n]: what is set against h."""
        return np.maximum(self.up, self.down)


def cusum(readings: Sequence[float] | Floats, k: float = K) -> Cusum:
    """readings: standard normal while nothing changed. Sums start at 0 and go on after an alarm."""
    up, down, sums = 0.0, 0.0, np.zeros((2, len(readings)))
    for place, z in enumerate(readings):
        up, down = max(0.0, up + float(z) - k), max(0.0, down - float(z) - k)
        sums[:, place] = up, down
    return Cusum(*sums)


@lru_cache(maxsize=512)
def run_length(h: float, k: float = K, shift: float = 0.0) -> float:
    """Mean number of readings to an alarm of the two-sided CUSUM from 0, readings normal with mean `shift` and deviation 1.

    Of each side by Page's integral equation L(u) = 1 + L(0) P(k - u) + int_0^h L(y) p(y - u + k) dy, solved at Gauss-Legendre
    nodes, which is the Markov chain of Brook and Evans (Biometrika 1972) with the best states (Champ and Rigdon 1991); the two
    sides together by 1 / L = 1 / L_up + 1 / L_down (Kemp, JRSS B 1961; exact for k > 0 from 0).
    k .5: 168 at h 4 and 465 at h 5; after a shift of one deviation 8.38 and 10.4 (Montgomery, Statistical Quality Control, table
    9.3). Raises ValueError unless h > 0 and k > 0.
    """
    up, down = (_one_side(h, k, mean)[0] for mean in (shift, -shift))
    return 1 / (1 / up + 1 / down)


def limit_for(run: float, k: float = K) -> float:
    """The h whose run length without a change is `run` readings. Raises ValueError outside 5 to a million."""
    if not LOWEST_RUN <= run <= HIGHEST_RUN:
        raise ValueError(f"run length {run:g} is not from {LOWEST_RUN:g} to {HIGHEST_RUN:g} readings")
    return float(brentq(lambda h: math.log(run_length(h, k) / run), 0.01, 20.0, xtol=1e-6))


def alarm_chance(readings: int, h: float, k: float = K, shift: float = 0.0) -> float:
    """Chance of an alarm within so many readings from 0. The sides are taken as independent: they cannot both be near h."""
    quiet = 1.0
    for mean in (shift, -shift):
        nodes, weights, step, first = _kernel(h, k, mean)
        lasting = np.ones(len(nodes) + 1)  # at 0 and at the nodes
        for _ in range(readings):
            lasting = first * lasting[0] + step @ (weights * lasting[1:])
        quiet *= float(lasting[0])
    return 1 - quiet


def against_own_past(
    values: Sequence[float] | Floats, counts: Sequence[float] | Floats, warm_up: int = WARM_UP
) -> Floats:
    """Each mean of a period against those before it, as a standard normal reading [n - warm_up]; empty for too few.

    values [n]: means of counts [n] independent cases, normal about one level with a variance in proportion to 1 / count, its size
    unknown. T = (x - mean before) / (s sqrt(1 / count + 1 / counts before)), s^2 the weighted variance of the m values before, has
    Student's t with m - 1 degrees of freedom, and Phi^-1(F_t(T)) are independent standard normal values: false alarms are as
    chosen from the first reading on, and no reference is taken for the truth. Hawkins, Technometrics 1987 ("self-starting"), here
    with counts as weights. What it cannot do: the level learns the change, so a change soon after the start is found late or not.
    Raises ValueError for warm_up below 2 or a count that is not above 0.
    """
    x, n = np.asarray(values, np.float64), np.asarray(counts, np.float64)
    if warm_up < 2:
        raise ValueError(f"warm_up {warm_up} is below 2: a variance needs two values")
    if not np.all(n > 0):
        raise ValueError("a count is not above 0")
    readings = []
    for place in range(warm_up, len(x)):
        before, weights = x[:place], n[:place]
        level = float(weights @ before / weights.sum())
        variance = float(weights @ (before - level) ** 2 / (place - 1))
        spread = math.sqrt(variance * (1 / n[place] + 1 / weights.sum()))
        readings.append(_as_normal(float(x[place]) - level, spread, place - 1))
    return np.array(readings)


def _as_normal(difference: float, spread: float, df: int) -> float:
    """Kept within 8 deviations: a spread of 0 says that any difference is one."""
    if spread == 0:
        return 0.0 if difference == 0 else math.copysign(8.0, difference)
    below = float(stdtr(df, -abs(difference) / spread))
    return math.copysign(min(8.0, -float(ndtri(below))) if below > 0 else 8.0, difference)


def _one_side(h: float, k: float, mean: float) -> Floats:
    """Run length from 0, and from each node."""
    if not (h > 0 and k > 0):
        raise ValueError(f"h {h:g} and k {k:g}: both must be above 0")
    nodes, weights, step, first = _kernel(h, k, mean)
    system = np.eye(len(nodes) + 1)
    system[:, 0] -= first
    system[:, 1:] -= step * weights
    return np.asarray(np.linalg.solve(system, np.ones(len(nodes) + 1)), np.float64)


def _kernel(h: float, k: float, mean: float) -> tuple[Floats, Floats, Floats, Floats]:
    """(nodes, weights, density of a step from 0 and each node to each node, chance of falling to 0 from each)."""
    points, weights = np.polynomial.legendre.leggauss(NODES)
    nodes = h * (points + 1) / 2
    starts = np.concatenate([[0.0], nodes])
    step = norm.pdf(nodes[None, :] - starts[:, None] + k - mean)
    return nodes, h * weights / 2, step, ndtr(k - starts - mean)
