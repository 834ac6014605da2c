"""The worker's own look at the rows: a sweep every 5 s and `claim_next` every second, broker or no broker.

A step of the Celery worker, not of its consumer: it starts before the broker is reached and goes on when it is not.
"""

import logging
import threading
import time
from typing import Any

from celery import bootsteps
from django.db import close_old_connections, connections

from webapp.predictions.jobs.sweep import PERIOD_SECONDS, sweep
from webapp.predictions.worker import run_one

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
STOP_SECONDS = 60.0  # a warm stop waits this long for the job in hand; after that its lease decides


class PollStep(bootsteps.StartStopStep):
    """Starts and stops the polling thread with the worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=poll, args=(self._stop,), name="poll", daemon=True)

    def start(self, parent: Any) -> None:
        self._thread.start()

    def stop(self, parent: Any) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def terminate(self, parent: Any) -> None:
        self._stop.set()


def poll(stop: threading.Event) -> None:
    """Looks until `stop` is set. Works on without pause while there are jobs. No fault ends the thread."""
    swept_at = -PERIOD_SECONDS
    while not stop.is_set():
        try:
            close_old_connections()  # Celery does it around its tasks; this thread is not one
            while not stop.is_set() and run_one():
                pass
            if time.monotonic() - swept_at >= PERIOD_SECONDS:
                swept_at = time.monotonic()
                sweep()
        except Exception:
            logger.exception("looking for jobs failed; next look in %.0f s", POLL_SECONDS)
            connections.close_all()
        stop.wait(POLL_SECONDS)
    connections.close_all()
