"""End a claimed job. Every UPDATE carries the fence: a late worker changes nothing (section 9, rule 4)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.predictions.jobs.claim import Claim
from webapp.predictions.jobs.given_up import tell_given_up
from webapp.predictions.jobs.lease import LeaseLost
from webapp.predictions.models import Job

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
    with transaction.atomic():
        is_ours = [_close(claim, now, Job.State.SUCCEEDED, unless_cancelled=True) for claim, _ in results]
        for (_, write), is_one in zip(results, is_ours, strict=True):
            if is_one:
                write()
    return is_ours


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


def release_waiting(kind: str, now: datetime | None = None) -> int:
    """Lets parked jobs of a kind run at once; the number of jobs released. Call inside the transaction that ends the wait."""
    waiting = Job.objects.filter(kind=kind, state=Job.State.QUEUED).exclude(waiting_for="")
    return waiting.update(not_before=now or timezone.now(), waiting_for="", last_wake=None)


def _mine(claim: Claim):  # type: ignore[no-untyped-def]  # QuerySet[Job], generic only in stubs
    return Job.objects.filter(id=claim.job.id, lease_token=claim.token, state=Job.State.RUNNING)


def _close(claim: Claim, now: datetime | None, state: str, unless_cancelled: bool = False, **values: Any) -> bool:
    mine = _mine(claim).filter(cancel_requested=False) if unless_cancelled else _mine(claim)
    cleared = {"error_code": "", "error_text": "", "waiting_for": "", "lease_until": None}
    return bool(mine.update(**{**cleared, "state": state, "finished_at": now or timezone.now(), **values}))


def _give_up(claim: Claim, now: datetime | None, state: str, **values: Any) -> bool:
    is_ours = _close(claim, now, state, **values)
    if is_ours:
        tell_given_up(claim.job.id)
    return is_ours


def _requeue(claim: Claim, **values: Any) -> bool:
    return bool(_mine(claim).update(state=Job.State.QUEUED, lease_token=None, lease_until=None, **values))
