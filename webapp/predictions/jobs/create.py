"""Create a job together with the object it serves, and wake a worker once that transaction has committed."""

import logging
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from webapp.predictions.models import Job

logger = logging.getLogger(__name__)


def create_job(kind: str, payload: dict[str, str], idempotency_key: str, priority: int = 0) -> Job:
    """The queued job with this key; an existing one is returned as it is. Call inside the object's transaction."""
    job, is_new = Job.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "kind": kind,
            "payload": payload,
            "priority": priority,
            "max_attempts": settings.JOB_MAX_ATTEMPTS,
        },
    )
    if is_new:
        transaction.on_commit(partial(publish_wake, job.id))
    return job


def publish_wake(job_id: UUID) -> bool:
    """Tells some worker to look. A dead broker costs latency only: every worker polls the rows once per second."""
    from webapp.predictions.tasks import wake

    try:
        wake.apply_async((str(job_id),), retry=False, ignore_result=True)
    except Exception as problem:  # whatever the broker's client raises, the upload must be answered
        logger.warning("wake-up of job %s not published (%s); workers find it by polling", job_id, problem)
        return False
    return True
