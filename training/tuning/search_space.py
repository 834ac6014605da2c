"""What 003 §3.3 searched: the MLP behind CNN-2's trunk, its dropout and the learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


class Suggests(Protocol):
    """The part of optuna.Trial that is used."""

    def suggest_categorical(self, name: str, choices: Any) -> Any: ...
    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1) -> int: ...
    def suggest_float(self, name: str, low: float, high: float) -> float: ...


@dataclass(frozen=True)
class Configuration:
    """One point of the space. The paper's best is 1, .23847, 2560, 1e-4."""

    layers: int
    dropout: float
    width: int
    learning_rate: float

    def overrides(self) -> dict[str, dict[str, Any]]:
        """Keys of the [model] and [optim] tables that this configuration replaces."""
        return {
            "model": {"widths": [self.width] * self.layers, "dropout": self.dropout},
            "optim": {"lr": self.learning_rate},
        }


@dataclass(frozen=True)
class Space:
    """layers, learning_rates: choices. dropout: from, to. widths: first, last, step; 003's are the defaults."""

    layers: tuple[int, ...] = (1, 2, 3)
    dropout: tuple[float, float] = (0.0, 0.5)
    widths: tuple[int, int, int] = (1024, 4096, 512)
    learning_rates: tuple[float, ...] = (1e-3, 1e-4, 1e-5)

    def __post_init__(self) -> None:
        low, high, step = self.widths
        if step < 1 or not 1 <= low <= high:
            raise ValueError(f"widths {self.widths} are not first, last and step with first <= last")
        if not 0 <= self.dropout[0] <= self.dropout[1] < 1:
            raise ValueError(f"dropout {self.dropout} is not a range within 0..1")
        if not self.layers or not self.learning_rates:
            raise ValueError(f"layers {self.layers} and learning rates {self.learning_rates}: each needs a choice")

    def draw(self, random: np.random.Generator) -> Configuration:
        """Uniform over the space, as keras-tuner's random sampling."""
        low, high, step = self.widths
        return Configuration(
            int(random.choice(self.layers)),
            round(float(random.uniform(*self.dropout)), 5),
            int(random.choice(np.arange(low, high + 1, step))),
            float(random.choice(self.learning_rates)),
        )

    def suggest(self, trial: Suggests) -> Configuration:
        """The next point by Optuna's sampler."""
        low, high, step = self.widths
        return Configuration(
            int(trial.suggest_categorical("layers", list(self.layers))),
            trial.suggest_float("dropout", *self.dropout),
            trial.suggest_int("width", low, high, step=step),
            float(trial.suggest_categorical("learning_rate", list(self.learning_rates))),
        )
