"""Keep a claim alive from a thread, and learn from the same row that it is lost or cancelled."""

import itertools
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import Error as DjangoDatabaseError
from django.db import connections
from django.utils import timezone

from webapp.work.jobs.claim import Claim
from webapp.work.models import Job

logger = logging.getLogger(__name__)

OVERRUN_FACTOR = 1.1  # a worker past this multiple of a job's limit ends itself; its supervisor starts another
OVERRUN_EXIT = 70
CANCEL_SECONDS = 0.5  # a person who cancels is heard within so long


class LeaseLost(Exception):
    """Another worker holds the job, or the job is over: this run's result must be thrown away."""


class JobCancelled(Exception):
    """A person asked to stop."""


class Beat(Enum):
    """What one heartbeat found."""

    KEPT = "kept"
    LOST = "lost"
    CANCELLED = "cancelled"


def extend(claims: Sequence[Claim], now: datetime | None = None) -> dict[UUID, Beat]:
    """One heartbeat: extends each lease while its token matches and reads the cancel flag. By job id.

    One UPDATE for all jobs of a token: a slow database must not cost the last of a batch its lease.
    """
    now = now or timezone.now()
    found = {claim.job.id: Beat.LOST for claim in claims}
    for token in {claim.token for claim in claims}:
        ids = [claim.job.id for claim in claims if claim.token == token]
        mine = Job.objects.filter(id__in=ids, lease_token=token, state=Job.State.RUNNING)
        if mine.update(lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS)):
            for job_id, is_cancelled in mine.values_list("id", "cancel_requested"):
                found[job_id] = Beat.CANCELLED if is_cancelled else Beat.KEPT
    return found


def cancelled(claims: Sequence[Claim]) -> set[UUID]:
    """Ids of those claims that a person asked to stop: one query, nothing is written."""
    mine = Job.objects.filter(id__in=[claim.job.id for claim in claims], lease_token__in={one.token for one in claims})
    return set(mine.filter(state=Job.State.RUNNING, cancel_requested=True).values_list("id", flat=True))


class Lease:
    """What the last heartbeat knew about one claim; `check` between steps of the work."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.found = Beat.KEPT

    @property
    def is_good(self) -> bool:
        """As far as the last heartbeat knows, the job is ours and wanted."""
        return self.found is Beat.KEPT

    def check(self) -> None:
        """Raises LeaseLost or JobCancelled when the last heartbeat said so."""
        if self.found is Beat.LOST:
            raise LeaseLost(str(self.claim.job.id))
        if self.found is Beat.CANCELLED:
            raise JobCancelled(str(self.claim.job.id))


class Heartbeat:
    """Extends the leases of claims that are worked on together, every third of a lease, while the `with` block runs, and
    looks every half second whether a person cancelled one."""

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
        period = settings.JOB_LEASE_SECONDS / 3
        looks = max(1, math.ceil(period / CANCEL_SECONDS))  # of them, the last of a period is the beat
        turns = itertools.count(1)
        try:
            while not self._stop.wait(period / looks):
                age = time.monotonic() - began
                if age > self.limit_seconds * OVERRUN_FACTOR:
                    # The solo pool cannot be interrupted: Celery's own time limits do nothing there.
                    jobs = ", ".join(str(lease.claim.job.id) for lease in self.leases)
                    logger.error("job %s ran %.0f s, limit %.0f s: worker ends", jobs, age, self.limit_seconds)
                    os._exit(OVERRUN_EXIT)
                is_beat = next(turns) % looks == 0
                if age <= self.limit_seconds:
                    self._ask(self._beat if is_beat else self._look)
        finally:
            connections.close_all()

    def _ask(self, question: Callable[[Sequence[Lease]], None]) -> None:
        held = [lease for lease in self.leases if lease.found is not Beat.LOST]
        try:
            question(held)
        except DjangoDatabaseError as problem:  # a missed beat; the lease is three beats long
            logger.warning("heartbeat of %d jobs missed: %s", len(held), problem)
            connections.close_all()

    def _beat(self, held: Sequence[Lease]) -> None:
        found = extend([lease.claim for lease in held])
        for lease in held:
            lease.found = found[lease.claim.job.id]

    def _look(self, held: Sequence[Lease]) -> None:
        found = cancelled([lease.claim for lease in held])
        for lease in held:
            if lease.claim.job.id in found:
                lease.found = Beat.CANCELLED
