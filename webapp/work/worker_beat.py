"""A worker's sign of life: one small file per worker below SIGHTLINE_HOME, rewritten every two seconds.

The supervisor replaces a worker whose file stops moving (a process that is stopped, or held inside a library with the
interpreter's lock); the operations page lists the files as the workers seen on this machine.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
SEEN_SECONDS = 15.0  # a file older than this is no longer a living worker
KEPT_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class WorkerSeen:
    """What a worker last said about itself. `age_seconds` is the age of that saying."""

    name: str
    pid: int
    host: str
    started_at: float
    memory_mb: int
    age_seconds: float = 0.0

    @property
    def is_alive(self) -> bool:
        return self.age_seconds < SEEN_SECONDS


def beat_path(name: str) -> Path:
    """The file of the worker of this name. Raises ValueError for a name that is not a plain word."""
    if not name or not all(letter.isalnum() or letter in "-_." for letter in name) or name.startswith("."):
        raise ValueError(f"worker name {name[:60]!r} is not made of letters, digits, '-', '_' and '.'")
    return Path(settings.WORKER_DIR) / f"{name}.json"


def write_beat(worker: WorkerSeen) -> None:
    """Replaces the file. On a full disk its time is moved all the same: a full disk is not a hung worker."""
    path = beat_path(worker.name)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(asdict(worker)))
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        if path.exists():
            os.utime(path)
        logger.warning("sign of life not written: %s", problem.strerror)


def workers_seen(now: float | None = None) -> list[WorkerSeen]:
    """Workers of this machine that beat within a day, by name."""
    now = time.time() if now is None else now
    found = []
    for path in sorted(Path(settings.WORKER_DIR).glob("*.json")):
        try:
            age = max(0.0, now - path.stat().st_mtime)
            facts = json.loads(path.read_text())
            worker = WorkerSeen(**{**facts, "age_seconds": age})
        except (OSError, ValueError, TypeError):  # gone or replaced meanwhile
            continue
        if age < KEPT_SECONDS:
            found.append(worker)
    return found


class Beat(threading.Thread):
    """Beats as long as `is_moving()` says that the work goes on."""

    def __init__(self, describe: Callable[[], WorkerSeen], is_moving: Callable[[], bool]) -> None:
        super().__init__(name="beat", daemon=True)
        self._describe = describe
        self._is_moving = is_moving
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.is_set():
            if self._is_moving():
                write_beat(self._describe())
            self._end.wait(BEAT_SECONDS)
        beat_path(self._describe().name).unlink(missing_ok=True)

    def end(self) -> None:
        """Takes the file away: a worker that was asked to stop is not missed."""
        self._end.set()
