"""Start child processes in groups of their own, restart those that die, stop all of them together."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a child that ran this long starts again without delay
START_SECONDS = (
    120.0  # a child gets so long to its first sign of life: loading libraries on a busy machine takes a minute
)
STOP_SECONDS = 20.0  # after that, what still runs is killed; a job in hand is taken up by its lease

# Each thread would get a heap of its own from glibc; what is freed there stays there. With two, 800 uploads added 3 MiB to the web
# process in place of 8, and it stopped growing.
CHILD_DEFAULTS = {"MALLOC_ARENA_MAX": "2"}


@dataclass
class Child:
    """One process to keep running. Its group is its own, so that stopping it also stops what it forked.

    beat: a file that the process rewrites while it lives; one that stands still for `hung_seconds` is killed and
    replaced. None: not watched.
    """

    name: str
    command: Sequence[str]
    beat: Path | None = None
    hung_seconds: float = 60.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_after: float = 0.0
    backoff: float = FIRST_BACKOFF_SECONDS
    beat_seen: int = 0
    beat_seen_at: float = 0.0

    def start(self, now: float) -> None:
        if self.beat is not None:
            self.beat_seen, self.beat_seen_at = _modified(self.beat), now
        self.process = subprocess.Popen(list(self.command), start_new_session=True, env=CHILD_DEFAULTS | os.environ)
        self.started_at = now
        logger.info("%s started, process %d", self.name, self.process.pid)

    def look(self, now: float) -> None:
        """Notices that the process ended or hangs and plans the next start; starts it when that time has come."""
        if self.process is not None and self.process.poll() is None and self.is_hung(now):
            logger.error("%s, process %d, gives no sign of life and is killed", self.name, self.process.pid)
            self.kill_group()
            self.process.wait()
        if self.process is not None and self.process.poll() is not None:
            self._plan_restart(now, self.process.returncode)
        if self.process is None and now >= self.start_after:
            self.start(now)

    def is_hung(self, now: float) -> bool:
        """No sign of life for too long. What an earlier process of this name left behind does not count.

        The file's time is compared with itself and not with the clock, which may be set while a child runs.
        """
        if self.beat is None:
            return False
        moved = _modified(self.beat)
        if moved != self.beat_seen:
            self.beat_seen, self.beat_seen_at = moved, now
        if self.beat_seen_at <= self.started_at:
            return now - self.started_at > max(START_SECONDS, self.hung_seconds)
        return now - self.beat_seen_at > self.hung_seconds

    def ask_to_stop(self) -> None:
        """SIGTERM to the process, not to its group: a worker finishes its job, and needs its decoding children for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def _plan_restart(self, now: float, code: int) -> None:
        self.kill_group()
        if now - self.started_at >= STEADY_SECONDS:
            self.backoff = FIRST_BACKOFF_SECONDS
        self.process = None
        self.start_after = now + self.backoff
        logger.warning("%s ended with code %d; next start in %.1f s", self.name, code, self.backoff)
        self.backoff = min(self.backoff * 2, LONGEST_BACKOFF_SECONDS)

    def kill_group(self) -> None:
        """Ends the process and whatever it forked (decoding children): a group outlives its leader."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def _modified(path: Path) -> int:
    """Time of the last change in ns; 0 when there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@dataclass
class Supervisor:
    """Keeps children running until a signal asks to stop."""

    children: list[Child] = field(default_factory=list)
    period_seconds: float = 0.2
    _is_stopping: bool = False

    def run(self, on_started: Callable[[], None] = lambda: None) -> None:
        """Blocks until SIGTERM or SIGINT, then stops every child: first asked, later killed."""
        before = {number: signal.signal(number, self._ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            for child in self.children:
                child.start(time.monotonic())
            on_started()
            while not self._is_stopping:
                for child in self.children:
                    child.look(time.monotonic())
                time.sleep(self.period_seconds)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("%s did not stop within %.0f s and is killed", child.name, STOP_SECONDS)
            child.kill_group()
            child.process.wait()

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self._is_stopping = True
