"""Do the tests of a reader study keep their level when ratings are missing or the design is not crossed?

Null draws of the Roe-Metz model (50 + 50 cases, no difference): the share of tests with random readers and cases that reject at
.05, with its Monte Carlo error sqrt(p (1 - p) / draws). A cell is a design, a number of readers, a rule for missing ratings, a
variance structure and mu; those outside .04-.06 are named. The interval excludes 0 where p < .05: coverage is 1 minus the share.

`python -m benchmarks.missing_data_error [MINUTES]` measures cells in the order below until the time is over, and keeps them.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine, write_result
from reader_study.analysis.missing_rules import LOWEST, ONE_SHOT, PAIRWISE, RULES, under_rule
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.simulate import STRUCTURES, simulate
from reader_study.analysis.studies import analyse_ratings
from reader_study.analysis.tables import RatingsTable

DRAWS = 2000
CASES = 100
RANGE = (0.04, 0.06)


@dataclass(frozen=True)
class Cell:
    """One setting. design: split GROUPSxREADERS, anchor, missing 3 %, lost reader."""

    design: str
    readers: int
    rule: str
    structure: str
    mu: float

    @property
    def name(self) -> str:
        return f"{self.design}, {self.readers} readers, {self.rule}, {self.structure}, mu {self.mu:g}"


def settings() -> Iterator[Cell]:
    """Large variance and high area first, then the others."""
    for structure, mu in (("HL", 1.5), ("LL", 1.5), ("HL", 0.75), ("LL", 0.75)):
        for groups, readers in ((2, 2), (2, 3), (3, 2)):
            yield Cell(f"split-plot {groups}x{readers}", groups * readers, PAIRWISE, structure, mu)
        for readers in (3, 5, 10):
            yield Cell("anchor and rotate", readers, PAIRWISE, structure, mu)
            for rule in RULES:
                yield Cell("3 % missing", readers, rule, structure, mu)
        for readers in (3, 5, 10):
            for rule in RULES:
                yield Cell("a reader lost after half", readers, rule, structure, mu)


def unread(cell: Cell, generator: np.random.Generator) -> np.ndarray:
    """Which of [2, readers, CASES] ratings are missing in one draw. Cases alternate between groups within each class."""
    missing = np.zeros((2, cell.readers, CASES), bool)
    block, reader = np.arange(CASES)[None, :], np.arange(cell.readers)[:, None]
    if cell.design.startswith("split-plot"):
        groups = int(cell.design.split()[1].split("x")[0])
        missing[:] = block % groups != reader % groups
    elif cell.design == "anchor and rotate":  # two of five cases by all, the rest by two readers each
        place = block % (5 * cell.readers) // 5
        apart = (place - reader) % cell.readers
        missing[:] = (block % 5 >= 2) & (apart > 1)
    elif cell.design == "3 % missing":
        missing = generator.random(missing.shape) < 0.03
    else:
        missing[1, -1, generator.permutation(CASES)[: CASES // 2]] = True
    return missing


def one_p(cell: Cell, generator: np.random.Generator) -> float | None:
    """p of one null draw; None where the analysis has none."""
    table = simulate(STRUCTURES[cell.structure], generator, mu=cell.mu, readers=cell.readers)
    missing = unread(cell, generator)
    gaps: RatingsTable = replace(table, ratings=np.where(missing, np.nan, table.ratings))
    try:
        used = under_rule(gaps, cell.rule, float(np.nanmin(gaps.ratings)))
        document = analyse_ratings(used, "ustat" if cell.rule == ONE_SHOT else "or")
    except DataRefused:
        return None
    part = document.get("ustat") or document["rrrc"]
    p: float | None = part["differences"][0]["p"]
    return p


def measure(cell: Cell, draws: int = DRAWS) -> dict[str, Any]:
    """Share rejected at .05 with its error; draws without a p count as not rejected and are told."""
    generator = np.random.default_rng(7)
    found = [one_p(cell, generator) for _ in range(draws)]
    rate = sum(p is not None and p < 0.05 for p in found) / draws
    return {
        "rejected": rate,
        "monte_carlo_error": float(np.sqrt(rate * (1 - rate) / draws)),
        "draws": draws,
        "without_p": sum(p is None for p in found),
        "inside": RANGE[0] <= rate <= RANGE[1],
    }


def main(minutes: float = 10.0) -> None:
    """Print and keep what the time allows."""
    end, cells, left = time.monotonic() + 60 * minutes, {}, []
    for cell in settings():
        if time.monotonic() > end:
            left.append(cell.name)
            continue
        own = cells[cell.name] = measure(cell)
        mark = "" if own["inside"] else "  OUTSIDE"
        print(f"{cell.name}: {own['rejected']:.4f} (se {own['monte_carlo_error']:.4f}){mark}", flush=True)
    print(f"{len(cells)} cells measured, {len(left)} left for want of time")
    result = {"machine": describe_machine(), "cells": cells, "not_measured": left, "lowest_rule": RULES[LOWEST]}
    write_result("missing_data_error", result)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
