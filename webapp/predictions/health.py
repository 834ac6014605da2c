"""Liveness and readiness, for supervisors and load balancers: no sign-in, no names, no numbers about patients."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Min, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from webapp.archive.models import Project
from webapp.predictions.models import Job

OLDEST_SECONDS = 600.0  # a job that could run and has waited longer says that no worker is at work


@dataclass(frozen=True)
class Readiness:
    """What /readyz answers. `queue_age_seconds`: age of the oldest job that could run now; 0 when there is none."""

    database: str
    bundle: str
    queued: int
    queue_age_seconds: float
    is_ready: bool


def readiness(now: datetime | None = None) -> Readiness:
    """Ready = the database answers and jobs are being taken. A site without a model still reads images."""
    now = now or timezone.now()
    try:
        bundle = Project.default().active_bundle
        queued = Job.objects.filter(state=Job.State.QUEUED)
        runnable = queued.filter(waiting_for="").filter(Q(not_before__isnull=True) | Q(not_before__lte=now))
        oldest = runnable.aggregate(since=Min(Coalesce("not_before", "created_at")))["since"]
        count = queued.count()
    except DatabaseError:
        return Readiness("failed", "unknown", 0, 0.0, False)
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return Readiness("ok", "in service" if bundle else "none in service", count, round(age, 1), age <= OLDEST_SECONDS)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when work can be done, else 503; the body says what is wrong."""
    found = readiness()
    return JsonResponse(asdict(found), status=200 if found.is_ready else 503)
