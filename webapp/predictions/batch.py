"""Claimed jobs of one kind under their leases: prepared side by side, run in one call, each with an outcome of its own."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from webapp.predictions.jobs.claim import Claim
from webapp.predictions.jobs.kinds import Kind, Result, Together, Work
from webapp.predictions.jobs.lease import Lease


class NotRun(RuntimeError):
    """The run ended before this job had an outcome."""


@dataclass
class Held:
    """One claimed job in hand. `outcome` is what its run gave, or what stopped it."""

    claim: Claim
    lease: Lease
    outcome: Result | Exception = field(default_factory=NotRun)
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
    if len(held) == 1:
        ready = [one for one in held if _prepare(work, one)]
    else:
        # Decoding happens in child processes and hashing, unpacking and resizing let go of the interpreter lock. No more
        # threads than cores: each holds an image as numbers, up to half a gigabyte for the largest allowed.
        with ThreadPoolExecutor(min(len(held), os.cpu_count() or 1), "prepare") as threads:
            is_ready = threads.map(lambda one: _prepare_in_thread(work, one), held)
            ready = [one for one, is_one in zip(held, is_ready, strict=True) if is_one]
    if not ready:
        return
    try:
        outcomes = work.run([one.prepared for one in ready])
        for one, outcome in zip(ready, outcomes, strict=True):
            one.outcome = outcome
    except Exception as problem:
        for one in ready:
            one.outcome = problem
    for one in ready:
        one.prepared = None  # pixels are not kept until the last of the batch is committed


def _prepare(work: Together, one: Held) -> bool:
    try:
        one.prepared = work.prepare(one.claim, one.lease)
        one.lease.check()
    except Exception as problem:
        one.outcome = problem
        return False
    return True


def _prepare_in_thread(work: Together, one: Held) -> bool:
    try:
        return _prepare(work, one)
    finally:
        connections.close_all()  # each thread has its own
