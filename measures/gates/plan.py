"""What was fixed before the candidate was seen, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from measures.gates.interval import Measured

Kind = Literal[
    "auc",
    "sensitivity",
    "specificity",
    "calibration_slope",
    "calibration_intercept",
    "map_pointing",
    "refusal_rate",
    "latency",
    "memory",
]
Word = Literal["passed", "failed", "not_enough_cases"]


@dataclass(frozen=True)
class Gate:
    """The figure of `kind` must lie in [low, high]: a loss of at most .03 is low -.03 and no upper end.

    finding: which of the paired outputs. subgroup: a name among their subgroups, or None for all cases. Least numbers are of the
    cases, and of those with and without the finding, that the figure rests on.
    """

    key: str
    kind: Kind
    finding: str
    low: float = -math.inf
    high: float = math.inf
    subgroup: str | None = None
    least_positives: int = 0
    least_negatives: int = 0
    least_cases: int = 0


@dataclass(frozen=True)
class GatePlan:
    """All gates must pass. alpha: one-sided chance, over all looks, that a candidate outside one gate passes it; power: chance
    that one as good as it should be passes all of them; most_looks: of a reference set, fresh cases after that."""

    gates: tuple[Gate, ...]
    alpha: float = 0.05
    power: float = 0.8
    most_looks: int = 10


@dataclass(frozen=True)
class Verdict:
    """One gate's. needed: the cases, and of them with and without the finding, that the next look needs; None: unknown.

    Of a class that is absent and required at least its least number is needed."""

    gate: Gate
    word: Word
    measured: Measured
    confidence: float
    needed: int | None
    needed_positives: int | None
    needed_negatives: int | None
    reason: str

    @property
    def is_better(self) -> bool:
        """The whole interval of a difference lies on the better side of 0. An equal answer to every case never does."""
        low, high = self.measured.low, self.measured.high
        if self.gate.kind in ("auc", "sensitivity", "specificity", "map_pointing"):
            return low > 0
        return self.gate.kind == "refusal_rate" and high < 0


@dataclass(frozen=True)
class Judgement:
    """passed: every gate passed, within the limit of looks."""

    verdicts: tuple[Verdict, ...]
    look: int
    alpha: float
    fresh_cases_needed: bool

    @property
    def passed(self) -> bool:
        """Intersection-union: each gate at its full level, all must hold. No gate, no pass."""
        return (
            bool(self.verdicts)
            and not self.fresh_cases_needed
            and all(verdict.word == "passed" for verdict in self.verdicts)
        )


Told = Mapping[str, int]
"""Key of each gate for which this candidate was told "not enough cases" before under this plan, and the n it was told."""
