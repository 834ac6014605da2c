"""The page /operations/ for managers and admins: what waits and why, what runs, what failed, and what to do about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from webapp import audit
from webapp.accounts.policy import Person, may_see_operations, require
from webapp.work import work_counts
from webapp.work.disk_space import disk_space
from webapp.work.extension_points import extension_points
from webapp.work.health import readiness
from webapp.work.jobs.cancel import cancel, retry
from webapp.work.jobs.kinds import may_change
from webapp.work.models import Job
from webapp.work.worker_beat import workers_seen

MOST_ROWS = 50
# True of every kind: a model run is stopped between two steps of its graph, everything else between two of its own.
ASKED_TO_STOP = (
    "Asked to stop. A model run ends within a second; a zip ends after the file in hand, and what it has stored stays."
)
MOST_RETRIED = 500  # per press; each is one UPDATE and one wake-up


@require_safe
@login_required
def operations(request: HttpRequest) -> HttpResponse:
    """Everything on one page; `X-Sightline-Part: live` asks for the part that changes."""
    require(may_see_operations(request.user))
    is_part = request.headers.get("X-Sightline-Part") == "live"
    template = "work/operations_live.html" if is_part else "work/operations.html"
    return render(request, template, _context(request.user))


@require_POST
@login_required
def retry_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Queues a failed or cancelled job again."""
    require(may_see_operations(request.user))
    job = get_object_or_404(Job, pk=job_id)
    require(may_change(request.user, job.kind))
    if retry(job.id):
        audit.record(request.user, "retry_job", f"job:{job.id}", kind=job.kind, code=job.error_code)
        messages.success(request, "Queued again.")
    else:
        messages.error(
            request, f"Not queued: the job is {job.state}, and only a failed or cancelled one can be tried again."
        )
    return redirect("operations")


@require_POST
@login_required
def cancel_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Cancels a queued job at once; a running one is asked to stop."""
    require(may_see_operations(request.user))
    job = get_object_or_404(Job, pk=job_id)
    require(may_change(request.user, job.kind))
    if cancel(job.id):
        audit.record(request.user, "cancel_job", f"job:{job.id}", kind=job.kind)
        is_running = job.state == Job.State.RUNNING
        messages.success(request, ASKED_TO_STOP if is_running else "Cancelled.")
    else:
        messages.error(request, f"Not cancelled: the job is {job.state}.")
    return redirect("operations")


@require_POST
@login_required
def retry_failed(request: HttpRequest) -> HttpResponse:
    """Queues every failed job of one error code again."""
    require(may_see_operations(request.user))
    code = request.POST.get("code", "")
    failed = Job.objects.filter(state=Job.State.FAILED, error_code=code).values_list("id", "kind")
    wanted = [job_id for job_id, kind in failed[:MOST_RETRIED] if may_change(request.user, kind) is None]
    count = sum(retry(job_id) for job_id in wanted)
    if count:
        audit.record(request.user, "retry_failed_jobs", "job:many", code=code[:64], count=count)
    messages.success(request, f"{count} job{'' if count == 1 else 's'} queued again.")
    return redirect("operations")


def _context(user: Person) -> dict[str, Any]:
    running = Job.objects.filter(state=Job.State.RUNNING).order_by("started_at")
    failed = Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at")
    codes = work_counts.failures_by_code()
    return {
        "ready": readiness(),
        "waiting": work_counts.waiting(),
        "running": [_row(job, user) for job in running[:MOST_ROWS]],
        "running_count": running.count(),
        "failed": [_row(job, user) for job in failed[:MOST_ROWS]],
        "failed_count": sum(codes.values()),
        "codes": codes.items(),
        "workers": workers_seen(),
        "quarantined": extension_points.quarantined(),
        "tolerated": extension_points.tolerated(),
        "disk": disk_space(),
        "most_rows": MOST_ROWS,
    }


def _row(job: Job, user: Person) -> dict[str, Any]:
    """A job with the id of the image it is about, if it is about one: no patient on this page."""
    began = job.started_at or job.created_at
    return {
        "job": job,
        "may_change": may_change(user, job.kind) is None,
        "image": job.payload.get("image"),
        "worker": job.worker.rpartition(":")[2],
        "age": work_counts.span_words(max(0.0, (timezone.now() - began).total_seconds())),
    }
