"""Liveness and readiness, for supervisors and load balancers: no sign-in, no names, no numbers about patients."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from webapp.kept_in_step import missing_words
from webapp.work import work_counts, write_trial
from webapp.work.ballast import ballast_words
from webapp.work.disk_space import disk_space
from webapp.work.extension_points import extension_points
from webapp.work.models import Job
from webapp.work.recent import Recent
from webapp.work.worker_beat import workers_seen

LOOK_SECONDS = 1.0  # strangers may ask at any rate: each process looks, and tries to write, at most so often
OLDEST_SECONDS = 600.0  # a job that could run and has waited longer says that no worker is at work


@dataclass(frozen=True)
class Readiness:
    """What /readyz answers.

    database: `ok`, `no_writes` or `failed`. queued, waiting (cannot run yet), running: jobs. queue_age_seconds: age of the
    oldest job that could run now; 0 when there is none. workers: living ones on this machine. disk: `ok`, `low` (below the
    reserve: uploads are refused, reading goes on; still ready) or `full`. storage: the same in words. problems: what makes it
    not ready, in words. notices: what an administrator must know though it is ready.
    """

    database: str
    bundle: str
    queued: int
    queue_age_seconds: float
    is_ready: bool
    waiting: int = 0
    running: int = 0
    workers: int = 0
    disk: str = "ok"
    storage: str = ""
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def readiness(now: datetime | None = None) -> Readiness:
    """Ready = the database answers, takes a write and keeps the rows of the worklist and the quotas, jobs are being taken, files
    can be written: both writes are tried. A site without a model still reads images."""
    now = now or timezone.now()
    try:
        bundle = extension_points.service_words()
        queued = Job.objects.filter(state=Job.State.QUEUED).count()
        running = Job.objects.filter(state=Job.State.RUNNING).count()
        waiting = queued - work_counts.runnable(now).count()
        age = work_counts.queue_age_seconds(now)
        notices = extension_points.model_notices()
        missing = missing_words()
    except Error:
        unreadable = ("the database does not answer", *write_trial.folder_problems())
        return Readiness("failed", "unknown", 0, 0.0, False, problems=unreadable)
    disk = disk_space()
    no_writes = write_trial.database_problems()
    problems = [*no_writes, *write_trial.folder_problems()]
    if missing:
        problems.append(missing)
    if age > OLDEST_SECONDS:
        problems.append(f"a job that could run has waited {age:.0f} s: no worker is at work")
    if disk.is_full:
        problems.append("the disk is full")
    problems += [notice.text for notice in notices if notice.is_problem]
    return Readiness(
        database="no_writes" if no_writes else "ok",
        bundle=bundle,
        queued=queued,
        queue_age_seconds=round(age, 1),
        is_ready=not problems,
        waiting=waiting,
        running=running,
        workers=sum(worker.is_alive for worker in workers_seen()),
        disk="full" if disk.is_full else "low" if disk.is_low else "ok",
        storage=f"{disk.words()}; {ballast_words()}",
        problems=tuple(problems),
        notices=tuple(notice.text for notice in notices if not notice.is_problem),
    )


_recent = Recent(readiness)


def recent_readiness() -> Readiness:
    """What was found at most LOOK_SECONDS ago."""
    return _recent.get(LOOK_SECONDS)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when work can be done, else 503; the body says what is wrong."""
    found = recent_readiness()
    return JsonResponse(asdict(found), status=200 if found.is_ready else 503)
