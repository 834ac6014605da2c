"""Does watching find what it should, and no more than it says? Run lengths and delays of the CUSUM, quiet streams, streams of
phantoms with something planted, and figures with and without labels against a known truth."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy.stats import binom

from benchmarks.machine import describe_machine, write_result
from benchmarks.phantom_weeks import PLANTED, PhantomScores
from benchmarks.watching_figures import estimate_errors, share, warnings, weighted_coverage
from measures.watching.cusum import WARM_UP, K, against_own_past, alarm_chance, cusum, limit_for, run_length

CHOSEN = (52, 168, 465)
RUNS = 10_000
STREAMS, WEEKS, IMAGES = 200, 52, 60
QUIET_WEEKS, MOST_WEEKS = 26, 26
STATED_DELAY = 8  # weeks
SENSITIVITY, DROPS, POSITIVES = 0.85, (0.05, 0.10), (5, 20, 50)


def first_alarms(draw: Any, h: float, runs: int, most: int = 100_000) -> np.ndarray:
    """Number of the reading of the first alarm of each run, sums from 0. draw(count): a reading of each run that goes on."""
    up, down, active, found = np.zeros(runs), np.zeros(runs), np.arange(runs), np.full(runs, most)
    for reading in range(1, most):
        z = draw(len(active))
        up, down = np.maximum(0, up + z - K), np.maximum(0, down - z - K)
        alarmed = np.maximum(up, down) > h
        found[active[alarmed]] = reading
        up, down, active = up[~alarmed], down[~alarmed], active[~alarmed]
        if not len(active):
            break
    return found


def run_lengths(runs: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """In control, at the limit of each chosen length."""
    generator, found = np.random.default_rng(seed), {}
    for chosen in CHOSEN:
        h = limit_for(chosen)
        lengths = first_alarms(generator.standard_normal, h, runs)
        found[str(chosen)] = {
            "h": round(h, 3),
            "mean": round(float(lengths.mean()), 2),
            "standard_error": round(float(lengths.std() / np.sqrt(runs)), 2),
        }
    return found


def delays(runs: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Weeks until a drop of sensitivity from .85 is found by a CUSUM of the weekly share, h 5, by labelled positives a week."""
    generator, found = np.random.default_rng(seed), {}
    for positives in POSITIVES:
        spread = np.sqrt(SENSITIVITY * (1 - SENSITIVITY) / positives)
        for drop in DROPS:

            def draw(count: int, n: int = positives, p: float = SENSITIVITY - drop, s: float = spread) -> np.ndarray:
                return (generator.binomial(n, p, count) / n - SENSITIVITY) / s

            weeks = first_alarms(draw, 5.0, runs)
            found[f"-{drop:.2f}, {positives} positives a week"] = {
                "mean": round(float(weeks.mean()), 1),
                "p90": float(np.quantile(weeks, 0.9)),
                "normal_theory": round(run_length(5.0, K, drop / spread), 1),
            }
    return found


def quiet_streams(scores: PhantomScores, streams: int, seed: int = 0) -> dict[str, dict[str, Any]]:
    """52 weeks in which nothing changed, watched against their own past: how many alarm, beside what the run length predicts."""
    generator, found = np.random.default_rng(seed), {}
    heights = np.array([_heights([scores.week(IMAGES, "", generator) for _ in range(WEEKS)]) for _ in range(streams)])
    for chosen in CHOSEN:
        h = limit_for(chosen)
        chance = alarm_chance(WEEKS - WARM_UP, h)
        low, high = binom.ppf([0.005, 0.995], streams, chance)
        found[str(chosen)] = {
            "alarms": int((heights.max(axis=1) > h).sum()),
            "range": [int(low), int(high)],
            "expected": chance * streams,
        }
    return found


def planted_streams(scores: PhantomScores, streams: int, seed: int = 0) -> dict[str, dict[str, Any]]:
    """26 quiet weeks, then something planted: weeks until the CUSUM is above 5, and how many alarmed before."""
    generator, found = np.random.default_rng(seed), {}
    for planted in PLANTED:
        weeks, early = [], 0
        for _ in range(streams):
            means = [
                scores.week(IMAGES, "" if week < QUIET_WEEKS else planted, generator)
                for week in range(QUIET_WEEKS + MOST_WEEKS)
            ]
            heights = _heights(means)
            quiet = QUIET_WEEKS - WARM_UP
            early += bool((heights[:quiet] > 5).any())
            above = np.flatnonzero(heights[quiet:] > 5)
            weeks.append(int(above[0]) + 1 if len(above) else MOST_WEEKS + 1)
        found[planted] = {
            "within_stated": share(np.array(weeks) <= STATED_DELAY),
            "median_weeks": float(np.median(weeks)),
            "p90_weeks": float(np.quantile(weeks, 0.9)),
            "alarmed_before": early,
        }
    return found


def _heights(means: list[float]) -> np.ndarray:
    return cusum(against_own_past(means, [IMAGES] * len(means))).height


def main() -> None:
    """Print and keep the figures."""
    start = time.process_time()
    found: dict[str, Any] = {"machine": describe_machine(), "runs": RUNS, "streams": STREAMS, "images_a_week": IMAGES}
    scores = PhantomScores(each=100)
    parts = {
        "run_lengths": lambda: run_lengths(RUNS),
        "delays": lambda: delays(RUNS),
        "quiet_streams": lambda: quiet_streams(scores, STREAMS),
        "planted_streams": lambda: planted_streams(scores, STREAMS),
        "weighted_coverage": lambda: weighted_coverage(1000),
        "estimate_errors": lambda: estimate_errors(20),
        "warnings": lambda: warnings(200),
    }
    for name, part in parts.items():
        found[name] = part()
        print(name)
        for key, value in found[name].items():
            print(f"  {key}: {value}", flush=True)
    found["processor_seconds"] = round(time.process_time() - start)
    write_result("watching", found)


if __name__ == "__main__":
    main()
