"""`/metrics`: the figures of the work in Prometheus' text format, version 0.0.4.

For signed-in managers and admins, their API tokens, and whoever sends `Authorization: Bearer` with
SIGHTLINE_METRICS_TOKEN. Labels are kinds, states, codes and bundle names; nothing of patients.
"""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import generate_latest
from prometheus_client.registry import Collector
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.accounts.policy import may_see_operations
from webapp.first_renderer import FirstRenderer
from webapp.work import work_counts
from webapp.work.disk_space import disk_space
from webapp.work.extension_points import extension_points
from webapp.work.metric_family import Family, gauge, gauge_of
from webapp.work.worker_beat import workers_seen

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures(Collector):
    """All families, computed from the rows when asked: every process of the site gives the same figures."""

    def collect(self) -> Iterator[Family]:
        yield from _job_families()
        for families in extension_points.metric_families:
            yield from families()
        yield from _machine_families()


def _job_families() -> Iterator[Family]:
    jobs = gauge("jobs", "Jobs by kind and state.", "kind", "state")
    for (kind, state), count in work_counts.jobs_by_state().items():
        jobs.add_metric((kind, state), count)
    yield jobs
    age = round(work_counts.queue_age_seconds(), 3)
    yield gauge_of(
        "queue_age_seconds", "Age of the oldest job that could run now, without those that give way to all others.", age
    )
    waiting = sum(group.count for group in work_counts.waiting() if group.reason != work_counts.READY)
    why = "Queued jobs that cannot run yet: no usable model, or a pause after a fault."
    yield gauge_of("jobs_waiting", why, waiting)
    failed = gauge("jobs_failed", "Failed jobs by error code.", "code")
    for code, count in work_counts.failures_by_code().items():
        failed.add_metric((code,), count)
    yield failed


def _machine_families() -> Iterator[Family]:
    yield gauge_of("disk_free_bytes", "Free space where images are stored.", disk_space().free)
    alive = [worker for worker in workers_seen() if worker.is_alive]
    yield gauge_of("workers", "Living workers on the web server's machine.", len(alive))
    memory = gauge("worker_resident_megabytes", "Resident memory of those workers.", "worker")
    for worker in alive:
        memory.add_metric((worker.name,), worker.memory_mb)
    yield memory
    build = gauge("build", "1, with the version.", "version")
    build.add_metric((settings.SIGHTLINE_VERSION,), 1)
    yield build


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
        return HttpResponse(generate_latest(Figures()), content_type=CONTENT_TYPE)


def _has_token(request: Request) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme == "Bearer" and hmac.compare_digest(given.encode(), wanted.encode())
