"""What people may do with a job: cancel it, or try a failed one again."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.work.jobs.create import publish_wake
from webapp.work.jobs.given_up import tell_given_up
from webapp.work.models import Job


def cancel(job_id: UUID, now: datetime | None = None) -> bool:
    """Cancels a queued job at once, asks the worker of a running one to stop; False if it is already over."""
    rows = Job.objects.filter(id=job_id)
    queued = rows.filter(state=Job.State.QUEUED)
    if queued.update(state=Job.State.CANCELLED, finished_at=now or timezone.now(), waiting_for=""):
        tell_given_up(job_id)
        return True
    return bool(rows.filter(state=Job.State.RUNNING).update(cancel_requested=True))


def retry(job_id: UUID) -> bool:
    """Queues a failed or cancelled job again with a fresh count of attempts; False if it is in another state."""
    over = Job.objects.filter(id=job_id, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    with transaction.atomic():
        again = over.update(
            state=Job.State.QUEUED,
            attempts=0,
            not_before=None,
            cancel_requested=False,
            error_code="",
            error_text="",
            waiting_for="",
            lease_token=None,
            lease_until=None,
            started_at=None,
            finished_at=None,
            last_wake=None,
        )
        if again:
            transaction.on_commit(partial(publish_wake, job_id))
    return bool(again)
