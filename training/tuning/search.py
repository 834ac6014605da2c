"""What both searches share: how one trial is trained, and what a search found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from training.tuning.search_space import Configuration

# After each epoch: (epoch counted from 1, value) -> whether the trial goes on.
AfterEpoch = Callable[[int, float], bool]


class TrainTrial(Protocol):
    """Trains trials and keeps what they need to go on."""

    def __call__(self, name: str, configuration: Configuration, epochs: int, after_epoch: AfterEpoch) -> float:
        """The lowest validation loss over all epochs up to `epochs`; a name that was trained before goes on from where it
        stopped."""
        ...

    def forget(self, name: str) -> None:
        """The trial will not go on and is not the best: its weights may go."""
        ...


@dataclass(frozen=True)
class Trial:
    """One finished round of one configuration. pruned: stopped before `epochs`."""

    name: str
    configuration: Configuration
    epochs: int
    value: float
    pruned: bool = False

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


@dataclass(frozen=True)
class SearchResult:
    """All trials in the order they ended."""

    method: str
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """The trial of the lowest value. Raises ValueError without one."""
        finished = [trial for trial in self.trials if not trial.pruned] or list(self.trials)
        if not finished:
            raise ValueError(f"{self.method}: no trial has ended; nothing is best")
        return min(finished, key=lambda trial: trial.value)


def goes_on(epoch: int, value: float) -> bool:
    """An AfterEpoch that never stops."""
    return True
