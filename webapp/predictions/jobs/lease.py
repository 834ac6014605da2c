"""Keep a claim alive from a thread, and learn from the same row that it is lost or cancelled."""

import logging
import os
import threading
import time
from collections.abc import Sequence
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
    """What the last heartbeat knew about one claim; `check` between steps of the work."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._found = Beat.KEPT

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

    def beat(self) -> None:
        """Extends the lease, unless the job is lost already. A database that does not answer is a missed beat."""
        if self._found is Beat.LOST:
            return
        try:
            self._found = extend(self.claim)
        except DatabaseError as problem:  # the lease is three beats long
            logger.warning("heartbeat of job %s missed: %s", self.claim.job.id, problem)
            connections.close_all()


class Heartbeat:
    """Extends the leases of claims that are worked on together, every third of a lease, while the `with` block runs."""

    def __init__(self, claims: Sequence[Claim], limit_seconds: float) -> None:
        self.leases = [Lease(claim) for claim in claims]
        self.limit_seconds = limit_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> list[Lease]:
        self._thread.start()
        return self.leases

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        try:
            while not self._stop.wait(settings.JOB_LEASE_SECONDS / 3):
                age = time.monotonic() - began
                if age > self.limit_seconds * OVERRUN_FACTOR:
                    # The solo pool cannot be interrupted: Celery's own time limits do nothing there.
                    jobs = ", ".join(str(lease.claim.job.id) for lease in self.leases)
                    logger.error("job %s ran %.0f s, limit %.0f s: worker ends", jobs, age, self.limit_seconds)
                    os._exit(OVERRUN_EXIT)
                if age <= self.limit_seconds:
                    for lease in self.leases:
                        lease.beat()
        finally:
            connections.close_all()
