"""Which model a worker runs at this moment, in a small file of its process: what a process that ended had in hand.

The file lies below SIGHTLINE_HOME and is locked for as long as its process lives, so that a file whose lock is free is that
of a process that ended, whatever ended it. Its text is empty between runs. It is not synced: it outlives the process and
need not outlive the machine, whose end is no fault of a model.
"""

import fcntl
import json
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import Error as DjangoDatabaseError
from django.utils import timezone

logger = logging.getLogger(__name__)

# Why a worker ended: unknown, or by itself because a run could not be stopped.
WORKER_ENDED, RUN_TOO_LONG = "worker_ended", "run_too_long"
_BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class EndedRun:
    """A run during which its worker ended. mark: names that process; jobs: ids of those in hand; reason: a code."""

    mark: uuid.UUID
    bundle_id: str
    began_at: datetime
    jobs: tuple[str, ...]
    worker: str
    reason: str


# What rooms above do about a worker that ended in a run, and about a run that gave answers (bundle id).
worker_ended_hooks: list[Callable[[EndedRun], None]] = []
answered_hooks: list[Callable[[str], None]] = []
# Why a bundle was taken out of service by itself, as a sentence; empty: it was not.
taken_out_hooks: list[Callable[[str], str]] = []


def why_taken_out(bundle_id: str) -> str:
    """Such a bundle is not run again for a question that somebody asks."""
    return next((why for told in taken_out_hooks if (why := told(bundle_id))), "")


class RunMark:
    """The mark of this process. One run at a time, as the turn of the engine sees to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._descriptor = -1
        self._said: dict[str, Any] = {}
        self._is_withdrawn = False

    def in_hand(self, bundle_id: str, jobs: Iterable[object]) -> "InHand":
        """A context that may be entered again and again: the model runs, or is loaded, for these jobs."""
        return InHand(self, bundle_id, tuple(map(str, jobs)))

    def begin(self, bundle_id: str, jobs: tuple[str, ...]) -> None:
        self._write(
            {
                "bundle": bundle_id,
                "began_at": timezone.now().isoformat(),
                "jobs": jobs,
                "worker": f"{socket.gethostname()}:{os.getpid()}",
                "reason": WORKER_ENDED,
                "boot": _boot(),
            }
        )

    def say(self, reason: str) -> None:
        """The process is about to end itself for this reason."""
        if self._said:
            self._write({**self._said, "reason": reason})

    def end(self) -> None:
        self._write({})

    def withdraw(self) -> None:
        """The process was asked to stop: that it ends, however it ends, says nothing about the model."""
        self._is_withdrawn = True
        self.end()

    def is_own(self, path: Path) -> bool:
        return path == self._path

    def _write(self, said: dict[str, Any]) -> None:
        """A full disk costs the mark, not the run."""
        with self._lock:
            self._said = {} if self._is_withdrawn else said
            text = json.dumps(self._said).encode() if self._said else b""
            try:
                descriptor = self._opened()
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, text, 0)
            except OSError as problem:
                logger.warning("the model in hand could not be noted: %s", problem.strerror)

    def _opened(self) -> int:
        """Locked before it has its name: a file that others see is locked, or its process has ended."""
        folder = Path(settings.RUN_DIR)
        if self._path is None or self._path.parent != folder:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{uuid.uuid4()}.run"
            fresh = path.with_suffix(".new")
            descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            fresh.rename(path)
            self._path, self._descriptor = path, descriptor
        return self._descriptor


class InHand:
    """See RunMark.in_hand."""

    def __init__(self, mark: RunMark, bundle_id: str, jobs: tuple[str, ...]) -> None:
        self._mark, self._bundle_id, self._jobs = mark, bundle_id, jobs

    def __enter__(self) -> None:
        self._mark.begin(self._bundle_id, self._jobs)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mark.end()


run_mark = RunMark()


def tell_ended_runs() -> None:
    """Tells the hooks of each worker that ended in a run, once. Called before a model is chosen and every few seconds."""
    for path in sorted(Path(settings.RUN_DIR).glob("*.run")):
        if not run_mark.is_own(path):
            try:
                _tell_one(path)
            except DjangoDatabaseError as problem:  # the file stays and is told later
                logger.warning("a worker that ended is not counted yet: %s", type(problem).__name__)
            except OSError as problem:  # told and removed by another worker meanwhile, or unreadable
                logger.info("mark %s is left alone: %s", path.stem, problem.strerror)


def tell_answered(bundle_id: str) -> None:
    """Tells the hooks that a run of this bundle gave answers. Never raises for the database: the answers are worth more."""
    for hook in answered_hooks:
        try:
            hook(bundle_id)
        except DjangoDatabaseError as problem:
            logger.warning("an answer of %s is not noted: %s", bundle_id[:12], type(problem).__name__)


def _tell_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: its process lives
        if os.fstat(descriptor).st_nlink:
            ended = _read(path, os.pread(descriptor, 2**16, 0))
            if ended is not None:
                for hook in worker_ended_hooks:
                    hook(ended)
            path.unlink()
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)


def _read(path: Path, text: bytes) -> EndedRun | None:
    """None where no run was in hand, or where the machine went down with it."""
    try:
        said = json.loads(text) if text else {}
        if not said or said["boot"] != _boot():
            return None
        began_at = datetime.fromisoformat(said["began_at"])
        jobs = tuple(map(str, said["jobs"]))
        return EndedRun(uuid.UUID(path.stem), said["bundle"], began_at, jobs, said["worker"], said["reason"])
    except (ValueError, KeyError, TypeError):  # half written when the process ended
        logger.warning("mark %s cannot be read; nothing is counted", path.stem)
        return None


def _boot() -> str:
    """Names this start of the machine; empty where the system does not tell."""
    try:
        return _BOOT_FILE.read_text().strip()
    except OSError:
        return ""
