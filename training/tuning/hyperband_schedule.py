"""The schedule of keras-tuner's Hyperband, to the trial (003 §3.3: max_epochs 70, factor 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

MAX_EPOCHS, FACTOR = 70, 3


@dataclass(frozen=True)
class Rung:
    """One round of a bracket: `size` trials are trained up to `epochs`, from `start` where they stopped."""

    bracket: int
    round: int
    size: int
    start: int
    epochs: int


def schedule(max_epochs: int = MAX_EPOCHS, factor: int = FACTOR) -> list[Rung]:
    """All rounds in the order they run: brackets B-1 … 0, in each the rounds from many short trials to few long ones.

    With E = max_epochs: brackets floor(1 + log_f E), size(b,r) = ceil(S/(b+1) f^(b-r)) where S = ceil(1 + log_f E), and
    epochs(b,r) = ceil(E / f^(b-r)). For 70 and 3: 34@3 -> 12@8 -> 4@24 -> 2@70; 15@8 -> 5@24 ->
    2@70; 8@24 -> 3@70; 5@70: 62 configurations, 90 trials, 1,290 epochs. Li et al. 2018 count otherwise; this is what
    the library does.
    Raises ValueError below one epoch or a factor below 2.
    """
    if max_epochs < 1 or factor < 2:
        raise ValueError(f"max_epochs {max_epochs} and factor {factor}; allowed are at least 1 and at least 2")
    # 1e-9: the logarithm of an exact power must not miss the whole number by rounding.
    power = math.log(max_epochs, factor)
    brackets, end_size = math.floor(1 + power + 1e-9), math.ceil(1 + power - 1e-9)
    rungs = []
    for bracket in range(brackets - 1, -1, -1):
        start = 0
        for number in range(bracket + 1):
            epochs = math.ceil(max_epochs / factor ** (bracket - number))
            size = math.ceil(end_size / (bracket + 1) * factor ** (bracket - number))
            rungs.append(Rung(bracket, number, size, start, epochs))
            start = epochs
    return rungs


def totals(rungs: list[Rung]) -> dict[str, int]:
    """configurations drawn, trials run and epochs trained (a promoted trial resumes, it does not start again)."""
    return {
        "configurations": sum(rung.size for rung in rungs if rung.round == 0),
        "trials": sum(rung.size for rung in rungs),
        "epochs": sum(rung.size * (rung.epochs - rung.start) for rung in rungs),
    }
