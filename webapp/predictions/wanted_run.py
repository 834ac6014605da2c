"""The run of the model for jobs in hand: stopped past its limit, and as soon as a person cancels one of them.

A run that several images share and that took too long says nothing about which of them is at fault: each is put back and
tried alone. One that is alone fails with the sentence. A run that cannot be stopped ends the worker.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from django.db import Error as DjangoDatabaseError

from inference.engine import Case, Engine, Explanation
from inference.stoppable_run import LEAST_SECONDS, SELFCHECK_TIMES, RunTooLong, RunUnwanted, RunWatch
from webapp.predictions.engine_run import explain_cases
from webapp.predictions.models import Prediction
from webapp.predictions.run_mark import RUN_TOO_LONG, run_mark
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.finish import fail, postpone
from webapp.work.jobs.kinds import JobPutBack, JobRefused
from webapp.work.jobs.lease import OVERRUN_EXIT, JobCancelled, Lease, LeaseLost

logger = logging.getLogger(__name__)

_SENTENCE = (
    "The model run was {how} after {seconds:.0f} s; its limit is {limit:.0f} s ({times} times the model's self-check on this "
    "machine, {selfcheck:.1f} s, and at least {least:.0f} s). Tell an administrator; another model may read the image."
)


AnyAnswer = TypeVar("AnyAnswer")


class JobInHand(Protocol):
    """What a run needs to know of a job."""

    @property
    def claim(self) -> Claim: ...

    @property
    def lease(self) -> Lease: ...


@dataclass(frozen=True, eq=False)
class OneJob:
    claim: Claim
    lease: Lease


@dataclass(frozen=True, eq=False)
class Prepared:
    """One image ready for the model."""

    claim: Claim
    prediction: Prediction
    engine: Engine
    case: Case
    lease: Lease


def explain_wanted(engine: Engine, items: Sequence[Prepared]) -> list[Explanation | Exception]:
    """Explanation or exception of each item. When one is cancelled, or lost to another worker, the run is stopped and the
    others are run again without it."""
    while True:
        wanted = [item for item in items if item.lease.is_good]
        try:
            cases = [item.case for item in wanted]
            explained = explain_cases(engine, cases, _watch(engine, wanted)) if wanted else []
        except RunUnwanted:
            continue
        except RunTooLong as problem:
            logger.warning("%s: %d jobs, bundle %s", problem, len(wanted), engine.bundle.id[:12])
            text = _text(engine, problem, "stopped")
            stopped = JobRefused if len(wanted) == 1 else JobPutBack
            explained = [stopped(RUN_TOO_LONG, text) for _ in wanted]
        answers = dict(zip(map(id, wanted), explained, strict=True))
        return [answers[id(item)] if id(item) in answers else _why_not(item.lease) for item in items]


def run_alone(engine: Engine, claim: Claim, lease: Lease, run: Callable[[RunWatch], AnyAnswer]) -> AnyAnswer:
    """A run of the model for one job of any kind, under the same watch. Raises JobRefused past its limit, JobCancelled and
    LeaseLost when it was stopped because nobody wants it any more."""
    try:
        return run(_watch(engine, [OneJob(claim, lease)]))
    except RunUnwanted as problem:
        raise _why_not(lease) from problem
    except RunTooLong as problem:
        logger.warning("%s: job %s, bundle %s", problem, claim.job.id, engine.bundle.id[:12])
        raise JobRefused(RUN_TOO_LONG, _text(engine, problem, "stopped")) from problem


def _watch(engine: Engine, items: Sequence[JobInHand]) -> RunWatch:
    return RunWatch(
        is_wanted=lambda: all(item.lease.is_good for item in items),
        when_stuck=partial(_end_worker, engine, items),
        in_hand=run_mark.in_hand(engine.bundle.id, (item.claim.job.id for item in items)),
    )


def _end_worker(engine: Engine, items: Sequence[JobInHand], problem: RunTooLong) -> None:
    """Called while the run goes on: nothing but the end of the process ends it. Its supervisor starts another."""
    jobs = ", ".join(str(item.claim.job.id) for item in items)
    logger.error("%s, but it goes on: worker ends. Jobs %s, bundle %s", problem, jobs, engine.bundle.id[:12])
    run_mark.say(RUN_TOO_LONG)
    text = _text(engine, problem, "ended with its worker")
    try:
        for item in items:
            give_back = fail if len(items) == 1 else postpone
            give_back(item.claim, RUN_TOO_LONG, text)
    except DjangoDatabaseError as fault:
        logger.warning("jobs %s are taken up by their leases: %s", jobs, type(fault).__name__)
    finally:
        os._exit(OVERRUN_EXIT)


def _text(engine: Engine, problem: RunTooLong, how: str) -> str:
    return _SENTENCE.format(
        how=how,
        seconds=problem.seconds,
        limit=problem.limit,
        times=SELFCHECK_TIMES,
        selfcheck=engine.selfcheck_seconds,
        least=LEAST_SECONDS,
    )


def _why_not(lease: Lease) -> Exception:
    try:
        lease.check()
    except (JobCancelled, LeaseLost) as problem:
        return problem
    return LeaseLost(str(lease.claim.job.id))  # not reached: a lease that was bad does not become good
