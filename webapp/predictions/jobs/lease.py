"""Keep a claim alive from a thread, and learn from the same row that it is lost or cancelled."""

import logging
import os
import threading
import time
from datetime import datetime, timedelta
from enum import Enum
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from webapp.predictions.jobs.claim import Claim
from webapp.predictions.models import Job

logger = logging.getLogger(__name__)

OVERRUN_FACTOR = 1.1  # a worker past this multiple of a job's limit ends itself; its supervisor starts another
OVERRUN_EXIT = 70


class LeaseLost(Exception):
    """Another worker holds the job, or the job is over: this run's result must be thrown away."""


class JobCancelled(Exception):
    """A person asked to stop."""


class Beat(Enum):
    """What one heartbeat found."""

    KEPT = "kept"
    LOST = "lost"
    CANCELLED = "cancelled"


def extend(claim: Claim, now: datetime | None = None) -> Beat:
    """One heartbeat: extends the lease while the token matches and reads the cancel flag."""
    now = now or timezone.now()
    mine = Job.objects.filter(id=claim.job.id, lease_token=claim.token, state=Job.State.RUNNING)
    if mine.update(lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS)) == 0:
        return Beat.LOST
    return Beat.CANCELLED if mine.filter(cancel_requested=True).exists() else Beat.KEPT


class Lease:
    """Heartbeats every third of the lease while the `with` block runs; `check` between steps of the work."""

    def __init__(self, claim: Claim, limit_seconds: float) -> None:
        self.claim = claim
        self.limit_seconds = limit_seconds
        self._found = Beat.KEPT
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{claim.job.id}", daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the heartbeats; may be called again."""
        self._stop.set()
        self._thread.join()

    @property
    def is_good(self) -> bool:
        """As far as the last heartbeat knows, the job is ours and wanted."""
        return self._found is Beat.KEPT

    def check(self) -> None:
        """Raises LeaseLost or JobCancelled when the last heartbeat said so."""
        if self._found is Beat.LOST:
            raise LeaseLost(str(self.claim.job.id))
        if self._found is Beat.CANCELLED:
            raise JobCancelled(str(self.claim.job.id))

    def _beat(self) -> None:
        began = time.monotonic()
        try:
            while not self._stop.wait(settings.JOB_LEASE_SECONDS / 3):
                age = time.monotonic() - began
                if age > self.limit_seconds * OVERRUN_FACTOR:
                    # The solo pool cannot be interrupted: Celery's own time limits do nothing there.
                    logger.error(
                        "job %s ran %.0f s, limit %.0f s: worker ends", self.claim.job.id, age, self.limit_seconds
                    )
                    os._exit(OVERRUN_EXIT)
                if age <= self.limit_seconds and self._found is not Beat.LOST:
                    self._found = self._extend_safely()
        finally:
            connections.close_all()

    def _extend_safely(self) -> Beat:
        try:
            return extend(self.claim)
        except DatabaseError as problem:  # a missed beat; the lease is three beats long
            logger.warning("heartbeat of job %s missed: %s", self.claim.job.id, problem)
            connections.close_all()
            return self._found
