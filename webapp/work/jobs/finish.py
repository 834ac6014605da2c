"""End a claimed job. Every UPDATE carries the fence: a late worker changes nothing (jobs.md §1, rule 4)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from webapp.work.jobs.claim import Claim
from webapp.work.jobs.given_up import tell_given_up
from webapp.work.jobs.lease import LeaseLost
from webapp.work.models import Job

BACKOFF_SECONDS = 2.0  # doubled with each attempt
BACKOFF_MOST = 300.0
WAIT_SECONDS = 60.0  # a waiting job looks again this often; activating a model releases it at once


def finish(claim: Claim, write: Callable[[], None], now: datetime | None = None) -> None:
    """Marks the job succeeded and writes its result in one transaction; raises LeaseLost and writes nothing otherwise.

    A cancelled job is not finished either: the person who cancelled must not find a result.
    """
    with transaction.atomic():
        if not _close(claim, now, Job.State.SUCCEEDED, unless_cancelled=True):
            raise LeaseLost(str(claim.job.id))
        write()


def finish_together(results: Sequence[tuple[Claim, Callable[[], None]]], now: datetime | None = None) -> list[bool]:
    """`finish` for several jobs in one transaction, each behind its own fence; False where a job was no longer ours.

    One commit, one wait for the disk. An exception means that nothing was written: finish them one by one then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        closed = _close_together([claim for claim, _ in results], now)
        for claim, write in results:
            if claim.job.id in closed:
                write()
    return [claim.job.id in closed for claim, _ in results]


def fail(claim: Claim, code: str, text: str, now: datetime | None = None) -> bool:
    """Marks the job failed with a code and a plain sentence; False if it was no longer ours."""
    return _give_up(claim, now, Job.State.FAILED, error_code=code, error_text=text[:500])


def close_cancelled(claim: Claim, now: datetime | None = None) -> bool:
    """Marks a job cancelled whose cancel flag its worker has seen; False if it was no longer ours."""
    return _give_up(claim, now, Job.State.CANCELLED)


def postpone(claim: Claim, code: str, text: str, now: datetime | None = None) -> bool:
    """Puts a job back after a passing fault (disk, memory), or fails it when its attempts are used up."""
    now = now or timezone.now()
    if claim.job.attempts >= claim.job.max_attempts:
        return fail(claim, code, text, now)
    delay = min(BACKOFF_SECONDS * 2 ** (claim.job.attempts - 1), BACKOFF_MOST)
    return _requeue(claim, not_before=now + timedelta(seconds=delay), error_code=code, error_text=text[:500])


def park(claim: Claim, reason: str, now: datetime | None = None) -> bool:
    """Puts a job back that cannot run yet, with the reason people see; the attempt is not counted."""
    now = now or timezone.now()
    until = now + timedelta(seconds=WAIT_SECONDS)
    return _requeue(claim, not_before=until, waiting_for=reason[:400], attempts=F("attempts") - 1)


def release_waiting(kind: str, now: datetime | None = None, apart_from: "QuerySet[Any] | None" = None) -> int:
    """Lets parked jobs of a kind run at once; the number of jobs released. Call inside the transaction that ends the wait.

    apart_from: ids of jobs that wait on, as a query of one column.
    """
    waiting = Job.objects.filter(kind=kind, state=Job.State.QUEUED).exclude(waiting_for="")
    if apart_from is not None:
        waiting = waiting.exclude(id__in=apart_from)
    return waiting.update(not_before=now or timezone.now(), waiting_for="", last_wake=None)


def _mine(claim: Claim) -> "QuerySet[Job]":
    return Job.objects.filter(id=claim.job.id, lease_token=claim.token, state=Job.State.RUNNING)


def _close(claim: Claim, now: datetime | None, state: str, unless_cancelled: bool = False, **values: Any) -> bool:
    mine = _mine(claim).filter(cancel_requested=False) if unless_cancelled else _mine(claim)
    return bool(mine.update(**{**_closed(state, now or timezone.now()), **values}))


def _close_together(claims: Sequence[Claim], now: datetime) -> set[UUID]:
    """Closes as succeeded those that are still ours and wanted, by one UPDATE per token; their ids."""
    closed: set[UUID] = set()
    for token in {claim.token for claim in claims}:
        ids = {claim.job.id for claim in claims if claim.token == token}
        mine = Job.objects.filter(id__in=ids, lease_token=token, cancel_requested=False, state=Job.State.RUNNING)
        if mine.update(**_closed(Job.State.SUCCEEDED, now)) < len(ids):  # the rows now tell which
            own = Job.objects.filter(id__in=ids, lease_token=token, state=Job.State.SUCCEEDED, finished_at=now)
            ids = set(own.values_list("id", flat=True))
        closed |= ids
    return closed


def _closed(state: str, now: datetime) -> dict[str, Any]:
    cleared = {"error_code": "", "error_text": "", "waiting_for": "", "lease_until": None}
    return {**cleared, "state": state, "finished_at": now}


def _give_up(claim: Claim, now: datetime | None, state: str, **values: Any) -> bool:
    is_ours = _close(claim, now, state, **values)
    if is_ours:
        tell_given_up(claim.job.id)
    return is_ours


def _requeue(claim: Claim, **values: Any) -> bool:
    return bool(_mine(claim).update(state=Job.State.QUEUED, lease_token=None, lease_until=None, **values))
