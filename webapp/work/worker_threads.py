"""The two threads of a worker that do its jobs.

While one infers, the other commits its last batch, claims the next and has it decoded: the model waits for neither disk
nor decoder. Each looks at the rows when it is woken and once per second anyway, broker or no broker.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.db import close_old_connections, connections

from webapp.work.extension_points import extension_points
from webapp.work.jobs.kinds import kinds_of, short_kinds
from webapp.work.worker import run_one

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
STOP_SECONDS = 60.0  # a warm stop waits this long for the jobs in hand; after that their leases decide


def _nothing() -> None:
    return None


@dataclass
class WorkerThread:
    """One of them. `kinds`: what it takes, by default everything. `moved_at`: monotonic time of its last look."""

    name: str
    kinds: Callable[[], Collection[str] | None] = _nothing
    sweeps: bool = False
    moved_at: float = field(default_factory=time.monotonic)
    thread: threading.Thread | None = None


class WorkerThreads:
    """Both threads of one worker process."""

    def __init__(self, look: Callable[..., bool] = run_one) -> None:
        self._look = look
        self._stop = threading.Event()
        self._woken = threading.Condition()
        self._calls = 0
        # A zip may take an hour: only one thread takes zips, so that predictions go on beside it.
        self._threads: tuple[WorkerThread, ...] = (
            WorkerThread("jobs-1", sweeps=True),
            WorkerThread("jobs-2", short_kinds),
        )
        self.queue = ""

    def take_only(self, queue: str) -> None:
        """Before the start: this process works for that queue alone, one job at a time."""
        self.queue = queue
        self._threads = (WorkerThread("jobs-1", lambda: kinds_of(queue), sweeps=True),)

    def start(self, sweep: Callable[[], object], every_seconds: float) -> None:
        """`sweep` is called by one of the threads, between its looks and not more often than said."""
        for one in self._threads:
            arguments = (one, sweep if one.sweeps else _nothing, every_seconds)
            one.thread = threading.Thread(target=self._work, args=arguments, name=one.name, daemon=True)
            one.thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Lets the jobs in hand end, for at most so long."""
        self.end_soon()
        deadline = time.monotonic() + seconds
        for one in self._threads:
            if one.thread is not None:
                one.thread.join(max(0.0, deadline - time.monotonic()))

    def end_soon(self) -> None:
        """No further jobs are claimed."""
        self._stop.set()
        for told in extension_points.asked_to_stop:
            told()
        self.wake()

    def wake(self) -> bool:
        """Makes every idle thread look at once; False when none is at work here."""
        with self._woken:
            self._calls += 1
            self._woken.notify_all()
        return any(one.thread is not None and one.thread.is_alive() for one in self._threads)

    def idle_seconds(self) -> float:
        """How long ago the slower thread last looked or was given a job; infinite when one has ended."""
        if any(one.thread is None or not one.thread.is_alive() for one in self._threads):
            return float("inf")
        return time.monotonic() - min(one.moved_at for one in self._threads)

    def _work(self, one: WorkerThread, sweep: Callable[[], object], every_seconds: float) -> None:
        """Works on without pause while there are jobs. No fault ends the thread."""
        swept_at = -every_seconds
        while not self._stop.is_set():
            calls = self._calls
            try:
                close_old_connections()  # Celery does it around its tasks; this thread is not one
                while not self._stop.is_set() and self._look(kinds=one.kinds()):
                    one.moved_at = time.monotonic()
                one.moved_at = time.monotonic()
                if one.moved_at - swept_at >= every_seconds:
                    swept_at = one.moved_at
                    sweep()
            except Exception:
                logger.exception("looking for jobs failed; next look in %.0f s", POLL_SECONDS)
                connections.close_all()
            self._rest(calls)
        connections.close_all()

    def _rest(self, calls: int) -> None:
        """Until somebody called since the last look, or a second. After a fault too: a call is not a reason to spin."""
        with self._woken:
            self._woken.wait_for(lambda: self._calls != calls or self._stop.is_set(), POLL_SECONDS)


worker_threads = WorkerThreads()
