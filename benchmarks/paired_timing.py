"""Paired timing: every task once per round, in changing order, so that what the machine does meanwhile hits all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from measures.bootstrap import percentile_limits

WARM_UP = 20
RESAMPLES = 2000


def time_in_turns(
    tasks: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = WARM_UP
) -> dict[str, np.ndarray]:
    """Seconds per round of each task; float64 [rounds] each.

    Each round has an order of its own, drawn with a fixed seed: rotation alone would keep who runs after whom, and a
    task after a heavier one finds a colder cache (measured as 0.98 between two sessions of one file).
    """
    names = list(tasks)
    seconds = {name: np.empty(rounds) for name in names}
    generator = np.random.default_rng(0)
    for number in range(-warm_up, rounds):
        for name in generator.permutation(names):
            start = time.perf_counter()
            tasks[name]()
            if number >= 0:
                seconds[name][number] = time.perf_counter() - start
    return seconds


def median_ratio(above: np.ndarray, below: np.ndarray, seed: int = 0) -> dict[str, Any]:
    """Median of the paired ratios, with the 2.5th and 97.5th percentile of the median over resampled rounds.

    Arrays [rounds], or [blocks, rounds] of tasks set up anew for each block: then whole blocks are resampled.
    """
    ratios = above / below
    generator = np.random.default_rng(seed)
    drawn = generator.choice(ratios, (RESAMPLES, len(ratios))).reshape(RESAMPLES, -1)
    low, high = percentile_limits(np.median(drawn, axis=1))
    return {"median": float(np.median(ratios)), "ci": [low, high], "rounds": int(ratios.size)}


def ratio_line(title: str, ratio: Mapping[str, Any]) -> str:
    """One printed line of a median_ratio."""
    low, high = ratio["ci"]
    return f"{title}: {ratio['median']:.3f} (95 % CI {low:.3f}-{high:.3f}, {ratio['rounds']} paired rounds)"
