"""Where a waiting case stands: its place in the queue and the time that usually takes."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from webapp.predictions.requests import INFER
from webapp.viewer.worklist.labels import span
from webapp.work.models import Job

LOOKED_AT = 1000  # places beyond are called "more than"
RECENT = 20


@dataclass(frozen=True)
class Queue:
    """Places of queued jobs (1 = next) and the mean seconds of the last finished ones, None before the first."""

    places: dict[UUID, int]
    seconds: float | None

    def sentence(self, job: Job) -> str:
        """What a waiting job is doing, for people."""
        if job.state == Job.State.RUNNING:
            return "running now" if job.attempts < 2 else f"running now, attempt {job.attempts}"
        if job.waiting_for:
            return job.waiting_for
        place = self.places.get(job.pk)
        if place is None:
            return f"position above {LOOKED_AT} in the queue"
        estimate = f", about {span(max(1.0, self.seconds * place))}" if self.seconds is not None else ""
        return f"position {place} in the queue{estimate}"


def read_queue() -> Queue:
    """The queue as it is now, and the spans of the jobs that ended last: two small queries."""
    waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("-priority", "created_at")
    places = {key: place for place, key in enumerate(waiting.values_list("pk", flat=True)[:LOOKED_AT], start=1)}
    spans = [(end - start).total_seconds() for start, end in _last_spans()]
    return Queue(places, sum(spans) / len(spans) if spans else None)


def _last_spans() -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Start and end of up to RECENT jobs that succeeded."""
    ended = Job.objects.filter(kind=INFER, finished_at__isnull=False).order_by("-finished_at")
    # The state is looked at here: a database that is asked for jobs which succeeded may begin with all of them.
    rows = ended.values_list("state", "started_at", "finished_at")[: 2 * RECENT]
    return [(start, end) for state, start, end in rows if state == Job.State.SUCCEEDED and start and end][:RECENT]
