"""`/metrics`: the figures of the work in Prometheus' text format, version 0.0.4.

For signed-in managers and admins, their API tokens, and whoever sends `Authorization: Bearer` with
SIGHTLINE_METRICS_TOKEN. Labels are kinds, states, codes and bundle names; nothing of patients.
"""

import hmac
from collections.abc import Iterable
from itertools import chain

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.accounts.policy import may_see_operations
from webapp.first_renderer import FirstRenderer
from webapp.work import work_counts
from webapp.work.extension_points import extension_points
from webapp.work.metric_family import Family
from webapp.work.worker_beat import workers_seen

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text() -> str:
    """All families, computed from the rows: every process of the site gives the same figures."""
    above = chain.from_iterable(families() for families in extension_points.metric_families)
    families = [*_job_families(), *above, *_machine_families()]
    return "\n".join(line for family in families for line in family.lines) + "\n"


def _job_families() -> Iterable[Family]:
    jobs = Family("jobs", "gauge", "Jobs by kind and state.")
    for (kind, state), count in work_counts.jobs_by_state().items():
        jobs.add(count, kind=kind, state=state)
    yield jobs
    yield Family("queue_age_seconds", "gauge", "Age of the oldest job that could run now.").add(
        round(work_counts.queue_age_seconds(), 3)
    )
    waiting = Family(
        "jobs_waiting", "gauge", "Queued jobs that cannot run yet: no usable model, or a pause after a fault."
    )
    yield waiting.add(sum(group.count for group in work_counts.waiting() if group.reason != work_counts.READY))
    failed = Family("jobs_failed", "gauge", "Failed jobs by error code.")
    for code, count in work_counts.failures_by_code().items():
        failed.add(count, code=code)
    yield failed


def _machine_families() -> Iterable[Family]:
    disk = work_counts.disk()
    yield Family("disk_free_bytes", "gauge", "Free space where images are stored.").add(disk.free)
    alive = [worker for worker in workers_seen() if worker.is_alive]
    yield Family("workers", "gauge", "Living workers on the web server's machine.").add(len(alive))
    memory = Family("worker_resident_megabytes", "gauge", "Resident memory of those workers.")
    for worker in alive:
        memory.add(worker.memory_mb, worker=worker.name)
    yield memory
    yield Family("build", "gauge", "1, with the version.").add(1, version=settings.SIGHTLINE_VERSION)


class MayScrape(BasePermission):
    """A person who may see operations, or the site's own token for its collector."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return _has_token(request) or may_see_operations(request.user) is None


class Metrics(APIView):
    """Figures for a collector."""

    permission_classes = [MayScrape]
    content_negotiation_class = FirstRenderer

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)


def _has_token(request: Request) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme == "Bearer" and hmac.compare_digest(given.encode(), wanted.encode())
