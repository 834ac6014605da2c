"""Readers who follow a wrong model half the time: what their answers beside it say of its accuracy, and what those before it say.

1,000 runs each. The model is right in 85 %; a reader who answers first says the truth; beside a wrong model every second one
repeats it. Drawn are 5 % of the images for an answer before the model; or, enriched, 5 % of them and half of those that the model
is least sure of, with the chance kept, as weights, or left out. Then: the same with readers who err in 5 % before the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine, write_result
from measures.sampled_share import sampled_share, weeks_until

RUNS, IMAGES = 1000, 4000
RIGHT, FOLLOWS, SHARE, ENRICHED = 0.85, 0.5, 0.05, 0.5
VOLUMES = (250, 1000, 4000)


@dataclass(frozen=True)
class Run:
    """right: the model is. agrees_beside, agrees_before: a reader's answer says so. chance: of each image being drawn."""

    right: np.ndarray
    agrees_beside: np.ndarray
    agrees_before: np.ndarray
    chance: np.ndarray
    drawn: np.ndarray


def draw(generator: np.random.Generator, enriched: bool = False, errs: float = 0.0) -> Run:
    """One run: the model is wrong more often where it is least sure, and an enriched draw takes more of these."""
    unsure = generator.random(IMAGES) < 0.2
    right = generator.random(IMAGES) < np.where(unsure, 0.55, (RIGHT - 0.2 * 0.55) / 0.8)
    before = right ^ (generator.random(IMAGES) < errs)
    beside = before | (generator.random(IMAGES) < FOLLOWS)
    chance = np.where(unsure & enriched, ENRICHED, SHARE)
    return Run(right, beside, before, chance, generator.random(IMAGES) < chance)


def simulate(runs: int, seed: int, enriched: bool = False, errs: float = 0.0) -> dict[str, Any]:
    """Means over the runs, and in how many of them each interval covers the truth, with the Monte Carlo standard error."""
    generator = np.random.default_rng(seed)
    aided, before, unweighted, covered, truth = [], [], [], [], []
    for _ in range(runs):
        run = draw(generator, enriched, errs)
        own = sampled_share(run.agrees_before[run.drawn], run.chance[run.drawn])
        actual = float(run.right.mean())
        aided.append(sampled_share(run.agrees_beside[~run.drawn], np.ones(int((~run.drawn).sum()))))
        before.append(own)
        unweighted.append(float(run.agrees_before[run.drawn].mean()))
        truth.append(actual)
        covered.append((own.low <= RIGHT <= own.high, aided[-1].low <= RIGHT <= aided[-1].high))
    rates = np.array(covered, float).mean(axis=0)
    return {
        "truth": round(float(np.mean(truth)), 4),
        "beside_the_model": round(float(np.mean([one.value for one in aided])), 4),
        "beside_covers": round(float(rates[1]), 4),
        "before_the_model": round(float(np.mean([one.value for one in before])), 4),
        "before_covers": round(float(rates[0]), 4),
        "before_unweighted": round(float(np.mean(unweighted)), 4),
        "standard_error": round(math.sqrt(max(rates[0] * (1 - rates[0]), 1 / runs) / runs), 4),
        "cases": round(float(np.mean([one.n for one in before])), 1),
        "half_width": round(float(np.mean([(one.high - one.low) / 2 for one in before])), 4),
    }


def main() -> None:
    """Prints and keeps the result."""
    found: dict[str, Any] = {
        "machine": describe_machine(),
        "uniform": simulate(RUNS, 1),
        "enriched": simulate(RUNS, 2, enriched=True),
        "readers_err": simulate(RUNS, 3, errs=0.05),
        "weeks_until_5_points": {
            str(volume): {
                "accuracy": weeks_until(0.05, volume, SHARE, RIGHT),
                "sensitivity": weeks_until(0.05, volume, SHARE, RIGHT, part=0.1),
            }
            for volume in VOLUMES
        },
    }
    for name, own in found.items():
        print(name, own)
    write_result("anchoring", found)
