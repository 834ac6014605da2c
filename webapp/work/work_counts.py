"""Figures of the work: for the operations page, /readyz and /metrics. Ids, codes, counts and times; nothing of patients."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from webapp.work.jobs.create import AUTOMATIC
from webapp.work.metric_family import Histogram
from webapp.work.models import Job

READY = "a worker takes it as soon as one is free"


@dataclass(frozen=True)
class Waiting:
    """Queued jobs that wait for the same thing. `next_look`: when the first is tried again; None when it may run now."""

    reason: str
    kind: str
    count: int
    age_seconds: float
    next_look: datetime | None

    @property
    def age(self) -> str:
        return span_words(self.age_seconds)


def span_words(seconds: float) -> str:
    """A length of time as people say it: 45 s, 12 min, 3 h, 2 d. Rounded down."""
    for length, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length or (word == "min" and seconds >= 100):
            return f"{int(seconds // length)} {word}"
    return f"{int(seconds)} s"


def jobs_by_state() -> dict[tuple[str, str], int]:
    """Jobs by (kind, state)."""
    rows = Job.objects.values_list("kind", "state").annotate(count=Count("id")).order_by("kind", "state")
    return {(kind, state): count for kind, state, count in rows}


def runnable(now: datetime) -> QuerySet[Job]:
    """Queued jobs that any worker could take at this moment."""
    is_due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    return Job.objects.filter(is_due, state=Job.State.QUEUED, waiting_for="")


def queue_age_seconds(now: datetime | None = None) -> float:
    """Age of the oldest job that could run now, but for those that give way to all other work; 0 when there is none."""
    now = now or timezone.now()
    oldest = (
        runnable(now)
        .filter(priority__gte=AUTOMATIC)
        .aggregate(since=Min(Coalesce("not_before", "created_at")))["since"]
    )
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def waiting(now: datetime | None = None) -> list[Waiting]:
    """What waits and why, the largest group first."""
    now = now or timezone.now()
    groups: list[Waiting] = []
    queued = Job.objects.filter(state=Job.State.QUEUED).values_list("kind", "waiting_for", "error_code")
    rows = queued.annotate(
        count=Count("id"), oldest=Min("created_at"), look=Min("not_before"), last=Max("not_before")
    ).order_by()
    for kind, waiting_for, code, count, oldest, look, last in rows:
        is_later = last is not None and last > now
        reason = waiting_for.removeprefix("waiting: ") or (_again(code) if code and is_later else READY)
        age = max(0.0, (now - oldest).total_seconds())
        groups.append(Waiting(reason, kind, count, age, look if is_later else None))
    return sorted(groups, key=lambda group: (-group.count, group.reason))


def _again(code: str) -> str:
    return f"another try after {code}"


def failures_by_code() -> dict[str, int]:
    """Failed jobs by error code."""
    failed = Job.objects.filter(state=Job.State.FAILED).values_list("error_code")
    return dict(failed.annotate(count=Count("id")).order_by("-count", "error_code"))


BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


def seconds_of_jobs(kind: str) -> Mapping[str, Histogram]:
    """Finished jobs of a kind: `run` from claim to commit of the last attempt, `wait` from creation to that claim."""
    done = Job.objects.filter(kind=kind, state=Job.State.SUCCEEDED, started_at__isnull=False)
    spans = {"run": F("finished_at") - F("started_at"), "wait": F("started_at") - F("created_at")}
    return {name: _histogram(done.annotate(span=span)) for name, span in spans.items()}


def _histogram(jobs: QuerySet) -> Histogram:
    within = {f"b{i}": Count("id", filter=Q(span__lte=timedelta(seconds=bound))) for i, bound in enumerate(BOUNDS)}
    found = jobs.aggregate(total=Count("id"), sum_of=Sum("span"), **within)
    seconds = found["sum_of"].total_seconds() if found["sum_of"] else 0.0
    return Histogram(BOUNDS, [found[f"b{i}"] for i in range(len(BOUNDS))], found["total"], seconds)
