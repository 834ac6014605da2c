"""Claimed jobs of one kind under their leases: prepared side by side, run in one call, each with an outcome of its own."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from traceback import clear_frames
from typing import Any
from uuid import UUID

from django.db import connections

from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import Kind, Result, Together, Work
from webapp.work.jobs.lease import Lease

# The threads of this process that prepare. Decoding happens in child processes, and hashing, unpacking and resizing let
# go of the interpreter lock. No more threads than cores: each may hold an image as numbers.
_preparing = ThreadPoolExecutor(os.cpu_count() or 1, "prepare")


class NotRun(RuntimeError):
    """The run ended before this job had an outcome."""


@dataclass
class Held:
    """One claimed job in hand. `outcome` is what its run gave, or what stopped it."""

    claim: Claim
    lease: Lease
    outcome: Result | Exception = field(default_factory=NotRun)
    opened: Any = None
    prepared: Any = None


def work_off(kind: Kind, held: Sequence[Held]) -> None:
    """Sets the outcome of every job. Faults of one job never reach the others."""
    if isinstance(kind.work, Together):
        _run_together(kind.work, held)
        return
    for one in held:
        _run_alone(kind.work, one)


def _run_alone(work: Work, one: Held) -> None:
    try:
        one.outcome = work(one.claim, one.lease)
    except Exception as problem:
        one.outcome = problem


def _run_together(work: Together, held: Sequence[Held]) -> None:
    """Group by group. Between two of them nothing is kept of the first but its outcomes."""
    waiting = {one.claim.job.id: one for one in held}
    try:
        groups = iter(work.open([one.claim for one in held]))
        while group := _taken(groups, waiting):
            _run_group(work, group)
            _let_go(group)
    except Exception as problem:
        for one in waiting.values():
            one.outcome = problem


def _taken(groups: Iterator[list[tuple[Claim, Any]]], waiting: dict[UUID, Held]) -> list[Held]:
    """The next group, which waits no more; empty after the last."""
    taken = []
    for claim, opened in next(groups, []):
        one = waiting.pop(claim.job.id)
        one.opened = opened
        taken.append(one)
    return taken


def _let_go(group: Sequence[Held]) -> None:
    """Of pixels, and of the model, also where the traceback of a fault holds on to it."""
    for one in group:
        one.opened = one.prepared = None
        fault = one.outcome if isinstance(one.outcome, Exception) else None
        for problem in (fault, fault and fault.__cause__, fault and fault.__context__):
            if problem is not None:
                clear_frames(problem.__traceback__)


def _run_group(work: Together, group: Sequence[Held]) -> None:
    opened = _opened(group)
    if len(opened) == 1:
        ready = [one for one in opened if _prepare(work, one)]
    else:
        is_ready = _preparing.map(lambda one: _prepare_in_thread(work, one), opened)
        ready = [one for one, is_one in zip(opened, is_ready, strict=True) if is_one]
    if not ready:
        return
    try:
        outcomes = work.run([one.prepared for one in ready])
        for one, outcome in zip(ready, outcomes, strict=True):
            one.outcome = outcome
    except Exception as problem:
        for one in ready:
            one.outcome = problem


def _opened(group: Sequence[Held]) -> list[Held]:
    """Those whose rows could be read; the others have their outcome."""
    for one in group:
        if isinstance(one.opened, Exception):
            one.outcome = one.opened
    return [one for one in group if not isinstance(one.opened, Exception)]


def _prepare(work: Together, one: Held) -> bool:
    try:
        one.prepared = work.prepare(one.opened, one.lease)
        one.lease.check()
    except Exception as problem:
        one.outcome = problem
        return False
    return True


def _prepare_in_thread(work: Together, one: Held) -> bool:
    try:
        return _prepare(work, one)
    finally:
        connections.close_all()  # each thread has its own, if it needed one
