"""Create a job together with the object it serves, and wake a worker once that transaction has committed."""

import logging
import time
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from webapp.celery import app
from webapp.work.models import Job

logger = logging.getLogger(__name__)

WAKE = "predictions.wake"  # name of the task in messages, as versions of any age in front of one broker know it
# Priorities: a person waits for the result; a person watches a report, and the job makes more jobs; nobody waits.
AWAITED, WATCHED, AUTOMATIC = 10, 5, 0


def create_job(
    kind: str, payload: dict[str, str], idempotency_key: str, priority: int = AUTOMATIC, max_attempts: int | None = None
) -> Job:
    """The queued job with this key; an existing one is returned as it is. Call inside the object's transaction."""
    job, is_new = Job.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "kind": kind,
            "payload": payload,
            "priority": priority,
            "max_attempts": max_attempts or settings.JOB_MAX_ATTEMPTS,
        },
    )
    if is_new:
        transaction.on_commit(partial(publish_wake, job.id))
    return job


class BrokerRest:
    """Leaves a broker alone for a while after it failed: one that hangs costs seconds per message, and an upload of
    hundreds of files must not pay that for each. The workers' polling finds the jobs meanwhile."""

    def __init__(self, seconds: float = 15.0) -> None:
        self._seconds = seconds
        self._until = float("-inf")

    def is_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + self._seconds


_rest = BrokerRest()


def publish_wake(job_id: UUID, rest: BrokerRest = _rest) -> bool:
    """Tells some worker to look. A dead broker costs latency only: every worker polls the rows once per second."""
    if rest.is_on():
        return False
    try:
        app.send_task(WAKE, (str(job_id),), retry=False, ignore_result=True)
    except Exception as problem:  # whatever the broker's client raises, the upload must be answered
        rest.begin()
        kind = type(problem).__name__  # its text may hold the broker's address with the password
        logger.warning("wake-up of job %s not published (%s); workers find it by polling", job_id, kind)
        return False
    return True
