"""`/metrics`: the figures of the work in Prometheus' text format, version 0.0.4.

For signed-in managers and admins, their API tokens, and whoever sends `Authorization: Bearer` with
SIGHTLINE_METRICS_TOKEN. Labels are kinds, states, codes and bundle names; nothing of patients.
"""

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.accounts.policy import may_see_operations
from webapp.work import work_counts
from webapp.work.worker_beat import workers_seen

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Family:
    """One metric with its help, type and samples."""

    def __init__(self, name: str, kind: str, text: str) -> None:
        self.name = f"sightline_{name}"
        self.lines = [f"# HELP {self.name} {text}", f"# TYPE {self.name} {kind}"]

    def add(self, value: float, suffix: str = "", **labels: str) -> "Family":
        shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        self.lines.append(f"{self.name}{suffix}{{{shown}}} {value:g}" if shown else f"{self.name}{suffix} {value:g}")
        return self


def metrics_text() -> str:
    """All families, computed from the rows: every process of the site gives the same figures."""
    families = [*_job_families(), *_file_families(), *_machine_families()]
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
    results = Family("results_total", "counter", "Results by bundle and provider.")
    for (name, version, provider), count in work_counts.results_by_bundle().items():
        results.add(count, bundle=name, version=version, provider=provider)
    yield results
    for name, histogram in work_counts.seconds_of_jobs().items():
        yield _histogram(f"infer_{name}_seconds", f"Seconds of finished predictions: {name}.", histogram)


def _file_families() -> Iterable[Family]:
    quarantined = Family("quarantined_files", "gauge", "Files in quarantine by the code of their refusal.")
    for code, count, _ in work_counts.quarantined_by_code():
        quarantined.add(count, code=code)
    yield quarantined
    uploads = Family("upload_files_total", "counter", "Files of uploads by status.")
    for status, count in work_counts.uploads_by_status().items():
        uploads.add(count, status=status)
    yield uploads


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


def _histogram(name: str, text: str, histogram: work_counts.Histogram) -> Family:
    family = Family(name, "histogram", text)
    for bound, count in zip(histogram.bounds, histogram.counts, strict=True):
        family.add(count, "_bucket", le=f"{bound:g}")
    family.add(histogram.total, "_bucket", le="+Inf")
    return family.add(round(histogram.seconds, 3), "_sum").add(histogram.total, "_count")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class MayScrape(BasePermission):
    """A person who may see operations, or the site's own token for its collector."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return _has_token(request) or may_see_operations(request.user) is None


class PlainText(BaseContentNegotiation):
    """Whatever a collector says it accepts, it gets the text."""

    def select_parser(self, request: Request, parsers: list) -> object:  # type: ignore[override]
        return parsers[0]

    def select_renderer(self, request: Request, renderers: list, format_suffix: str | None = None) -> tuple:  # type: ignore[override]
        return renderers[0], renderers[0].media_type


class Metrics(APIView):
    """Figures for a collector."""

    permission_classes = [MayScrape]
    content_negotiation_class = PlainText

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)


def _has_token(request: Request) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme == "Bearer" and hmac.compare_digest(given.encode(), wanted.encode())
