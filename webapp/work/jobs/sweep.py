"""Wake workers for jobs whose message was lost, without flooding a slow broker (jobs.md §1, rule 6)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from webapp.work.jobs.claim import claimable
from webapp.work.jobs.create import publish_wake
from webapp.work.models import Job

PERIOD_SECONDS = 5.0
MOST_PER_PASS = 50


def sweep(now: datetime | None = None, publish: Callable[[UUID], object] = publish_wake) -> int:
    """Publishes one wake-up for each claimable job not woken in the last period; the number published.

    The throttle is per job: without it the queue grows faster than a slow transport drains, and jobs starve.
    """
    now = now or timezone.now()
    is_quiet = Q(last_wake__isnull=True) | Q(last_wake__lt=now - timedelta(seconds=PERIOD_SECONDS))
    due = Job.objects.filter(claimable(now) & is_quiet).order_by("-priority", "created_at")
    woken = 0
    for job_id in list(due.values_list("id", flat=True)[:MOST_PER_PASS]):
        # Conditional, so that of several sweepers one publishes.
        if Job.objects.filter(is_quiet, id=job_id).update(last_wake=now):
            publish(job_id)
            woken += 1
    return woken
