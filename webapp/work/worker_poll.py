"""The worker's threads and its sign of life, as a step of the Celery worker.

Of the worker, not of its consumer: the step starts before the broker is reached and goes on when it is not.
"""

import os
import socket
import time
from typing import Any

from celery import bootsteps
from django.conf import settings

from webapp.work.extension_points import extension_points
from webapp.work.jobs.kinds import longest_limit
from webapp.work.jobs.sweep import PERIOD_SECONDS, sweep
from webapp.work.worker import resident_megabytes
from webapp.work.worker_beat import Beat, WorkerSeen
from webapp.work.worker_threads import worker_threads


def _sweep() -> None:
    sweep()
    _look()


def _look() -> None:
    for look in extension_points.each_sweep:
        look()


class PollStep(bootsteps.StartStopStep):
    """Starts and stops the threads with the worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._name = str(parent.hostname).partition("@")[0]
        self._started_at = time.time()
        self._beat = Beat(self._describe, self._is_moving)

    def start(self, parent: Any) -> None:
        _look()  # before the first claim: what the process before this one left may change what is done with its jobs
        worker_threads.start(_sweep, PERIOD_SECONDS)
        self._beat.start()

    def stop(self, parent: Any) -> None:
        worker_threads.stop()
        self._beat.end()

    def terminate(self, parent: Any) -> None:
        worker_threads.end_soon()

    def _describe(self) -> WorkerSeen:
        return WorkerSeen(self._name, os.getpid(), socket.gethostname(), self._started_at, resident_megabytes())

    def _is_moving(self) -> bool:
        # A job past its limit ends the process by its lease; this is for a thread that hangs outside of any job.
        return worker_threads.idle_seconds() < longest_limit(worker_threads.queue) + settings.WORKER_HUNG_SECONDS
