"""Claim a job: one conditional UPDATE, portable, no SELECT FOR UPDATE (jobs.md §1, rule 2)."""

import logging
import os
import socket
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from webapp.work.jobs.given_up import tell_given_up
from webapp.work.models import Job

logger = logging.getLogger(__name__)

WORKER_DIED = "worker_died"
WORKER_DIED_TEXT = "The worker ended {attempts} times while it handled this job. Try again, or tell an administrator."
REST_LEASES = 2
CANDIDATES = 16  # looked at per pass; more than workers may race for the first few


@dataclass(frozen=True)
class Candidate:
    """A job that could be claimed, as it was a moment ago."""

    id: uuid.UUID
    kind: str
    attempts: int
    is_cancelled: bool


@dataclass(frozen=True)
class Claim:
    """The right to write the result of a job, as long as the row still carries `token`."""

    job: Job
    token: uuid.UUID


def claimable(now: datetime) -> Q:
    """Queued and not held back, or running under a lease that has run out.

    A job whose workers died twice rests for two more leases: on a machine where workers die in a row (memory, a person
    restarting things) it would otherwise spend all its attempts within the same trouble.
    """
    is_due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    rested = now - REST_LEASES * timedelta(seconds=settings.JOB_LEASE_SECONDS)
    has_run_out = Q(lease_until__lt=now, attempts__lt=2) | Q(lease_until__lt=rested)
    return Q(state=Job.State.QUEUED) & is_due | Q(state=Job.State.RUNNING) & has_run_out


def claim(job_id: uuid.UUID | str, now: datetime | None = None) -> Claim | None:
    """The job if it is mine now, else None: someone else's, finished, held back, worn out or cancelled."""
    now = now or timezone.now()
    rows = Job.objects.filter(claimable(now), id=job_id)
    claims = _take(rows, now)
    if not claims and _close_unrunnable(rows, now):
        tell_given_up(uuid.UUID(str(job_id)))
    return claims[0] if claims else None


def claim_next(
    now: datetime | None = None,
    kinds: Collection[str] | None = None,
    before_claim: Callable[[Candidate], object] = lambda candidate: None,
    most: Callable[[str], int] = lambda kind: 1,
    except_kinds: Collection[str] = (),
) -> list[Claim]:
    """The first claimable job by priority and age, with others of its kind; empty when there is nothing to do. When
    another worker takes the first meanwhile, the others come without it.

    kinds: only these; None means all but `except_kinds`. `before_claim` is told which job will be tried, while it is still
    free. most: how many jobs of a kind are wanted at once; fewer may come (see `claim_more`), and one that was tried before
    comes alone.
    """
    while True:
        candidates = _candidates(now or timezone.now(), kinds, CANDIDATES, except_kinds)
        for place, candidate in enumerate(candidates):
            before_claim(candidate)
            # Without `now` each takes its own: before_claim may have waited for long.
            claims = _claim_at_once(candidates[place:], most(candidate.kind), now) or _claim_first(candidate, now)
            if claims:
                return claims
        if len(candidates) < CANDIDATES:
            return []


def _claim_at_once(candidates: Sequence[Candidate], most: int, now: datetime | None) -> list[Claim]:
    """The first candidate, if never tried, and those like it, by one UPDATE; empty where one job at a time is the way."""
    first, now = candidates[0], now or timezone.now()
    untried = [one for one in candidates if one.attempts == 0 and not one.is_cancelled]
    alike = [one.id for one in untried if one.kind == first.kind][:most]
    if first.id not in alike or len(alike) < 2:
        return []
    return _take_untried(alike, now)


def _claim_first(candidate: Candidate, now: datetime | None) -> list[Claim]:
    claimed = claim(candidate.id, now)
    return [claimed] if claimed else []


def claim_more(kind: str, most: int, now: datetime | None = None) -> list[Claim]:
    """Up to `most` further jobs of this kind that nobody has tried before.

    A job that was tried may be the one that kills workers; it must not take others with it.
    """
    now = now or timezone.now()
    claims: list[Claim] = []
    while len(claims) < most:
        wanted = _candidates(now, [kind], most - len(claims), attempts=0, cancel_requested=False)
        taken = _take_untried([one.id for one in wanted], now)
        claims += taken
        if not taken:  # nothing left, or others were faster: those have work, and so has the caller
            break
    return claims


def _take_untried(ids: Sequence[uuid.UUID], now: datetime) -> list[Claim]:
    """Claims of those that are still free and untried; none where two workers wanted the same rows in different orders and
    the database let one of them go first."""
    try:
        token = _mark(Job.objects.filter(claimable(now), id__in=ids, attempts=0), now)
    except OperationalError as problem:
        logger.warning("%d jobs not claimed at once: %s", len(ids), type(problem).__name__)
        return []
    return _marked(token)


def _take(rows: "QuerySet[Job]", now: datetime) -> list[Claim]:
    return _marked(_mark(rows, now))


def _mark(rows: "QuerySet[Job]", now: datetime) -> uuid.UUID | None:
    """Makes those of `rows` (claimable jobs) mine that are free now: one UPDATE, whose condition the database checks row by
    row. The token names the claim; a fence is token and job. None when none was free."""
    token = uuid.uuid4()
    count = rows.filter(attempts__lt=F("max_attempts"), cancel_requested=False).update(
        state=Job.State.RUNNING,
        lease_token=token,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        attempts=F("attempts") + 1,
        started_at=now,
        waiting_for="",
        worker=f"{socket.gethostname()}:{os.getpid()}"[:128],
    )
    return token if count else None


def _marked(token: uuid.UUID | None) -> list[Claim]:
    if token is None:
        return []
    # Read by token: between the UPDATE and this line a lease may, in theory, already be someone else's.
    jobs = Job.objects.filter(lease_token=token).order_by("-priority", "created_at")
    return [Claim(job, token) for job in jobs]


def _candidates(
    now: datetime, kinds: Collection[str] | None, most: int, except_kinds: Collection[str] = (), **conditions: Any
) -> list[Candidate]:
    rows = Job.objects.filter(claimable(now), **conditions)
    rows = rows.exclude(kind__in=except_kinds) if kinds is None else rows.filter(kind__in=kinds)
    found = rows.order_by("-priority", "created_at").values_list("id", "kind", "attempts", "cancel_requested")[:most]
    return [Candidate(*values) for values in found]


def _close_unrunnable(rows: "QuerySet[Job]", now: datetime) -> bool:
    """Ends a claimable job that a person cancelled or that has used its attempts; True if it did."""
    ended = {"finished_at": now, "lease_until": None, "lease_token": None}
    if rows.filter(cancel_requested=True).update(state=Job.State.CANCELLED, **ended):
        return True
    worn_out = rows.filter(attempts__gte=F("max_attempts"))
    attempts = worn_out.values_list("attempts", flat=True).first()
    if attempts is None:
        return False
    text = WORKER_DIED_TEXT.format(attempts=attempts)
    return bool(worn_out.update(state=Job.State.FAILED, error_code=WORKER_DIED, error_text=text, **ended))
