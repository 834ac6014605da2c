"""One run of a model's graph that ends: past its limit of time, or as soon as nobody wants its answer.

ONNX Runtime looks at its flag between two nodes of the graph. A run that is caught inside one node cannot be stopped;
whoever started it is told, and can only end the process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np
import onnxruntime

from inference.session import run_session

# The limit of a run is a multiple of what the self-check took on this machine, within these bounds.
SELFCHECK_TIMES = 20
LEAST_SECONDS, MOST_SECONDS = 10.0, 180.0

STUCK_SECONDS = 5.0  # a run that goes on for so long past its limit cannot be stopped
_LOOK_SECONDS = 0.1
# A process that was stopped, or starved, for a while did not compute meanwhile: more than this between two looks is no
# time of the run.
_MOST_BETWEEN_LOOKS = 1.0


class RunTooLong(RuntimeError):
    """A run was stopped past its limit; both in seconds."""

    def __init__(self, seconds: float, limit: float) -> None:
        super().__init__(f"the model run was stopped after {seconds:.0f} s; allowed: {limit:.0f} s")
        self.seconds = seconds
        self.limit = limit


class RunUnwanted(RuntimeError):
    """A run was stopped because its answer was no longer wanted."""


def _always() -> bool:
    return True


def _nothing(problem: RunTooLong) -> None:
    return None


@dataclass(frozen=True)
class RunWatch:
    """What is done about a run while it lasts.

    is_wanted: asked ten times a second, from another thread; False stops the run (RunUnwanted). when_stuck: called from
    that thread when the run goes on STUCK_SECONDS past its limit. in_hand: entered for as long as the graph runs.
    """

    is_wanted: Callable[[], bool] = _always
    when_stuck: Callable[[RunTooLong], object] = _nothing
    in_hand: AbstractContextManager[Any] = field(default_factory=nullcontext)


def run_limit(selfcheck_seconds: float, images: int, selfcheck_images: int) -> float:
    """Seconds that a run of so many images may take: 20 times the self-check, at least 10, at most 180. A run of more
    images than the self-check has gets as many times more."""
    more = max(1.0, images / selfcheck_images)
    return min(max(LEAST_SECONDS, SELFCHECK_TIMES * selfcheck_seconds * more), MOST_SECONDS)


def run_watched(
    session: onnxruntime.InferenceSession, images: np.ndarray, watch: RunWatch, limit_seconds: float
) -> dict[str, np.ndarray]:
    """`run_session` under watch. Raises RunTooLong or RunUnwanted where the run was stopped."""
    with watch.in_hand, _Watched(watch, limit_seconds) as watched:
        return run_session(session, images, watched.options)


class _Watched:
    """A thread that looks after the run inside the `with` block."""

    def __init__(self, watch: RunWatch, limit_seconds: float) -> None:
        self.options = onnxruntime.RunOptions()
        self._watch, self._limit = watch, limit_seconds
        self._stopped_by: RunTooLong | RunUnwanted | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="run-watch", daemon=True)

    def __enter__(self) -> _Watched:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        if value is not None and self._stopped_by is not None:
            raise self._stopped_by from value

    def _look_after(self) -> None:
        seconds, looked_at = 0.0, time.monotonic()
        while not self._is_over.wait(_LOOK_SECONDS):
            now = time.monotonic()
            seconds += min(now - looked_at, _MOST_BETWEEN_LOOKS)
            looked_at = now
            if self._stopped_by is None:
                self._stop_if_due(seconds)
            elif seconds > self._limit + STUCK_SECONDS:
                self._watch.when_stuck(RunTooLong(seconds, self._limit))
                return

    def _stop_if_due(self, seconds: float) -> None:
        if seconds > self._limit:
            self._stopped_by = RunTooLong(seconds, self._limit)
        elif not self._watch.is_wanted():
            self._stopped_by = RunUnwanted("its answer is no longer wanted")
        if self._stopped_by is not None:
            self.options.terminate = True
