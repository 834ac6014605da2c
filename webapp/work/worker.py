"""Run jobs in this process: claim, work under leases, end each with its fence."""

import logging
import os
import signal
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import Error as DjangoDatabaseError

from inference.dicom import DicomRefusal
from webapp.work.batch import Held, work_off
from webapp.work.jobs.claim import Candidate, Claim, claim, claim_more, claim_next
from webapp.work.jobs.finish import close_cancelled, fail, finish, finish_together, park, postpone
from webapp.work.jobs.kinds import JobMustWait, JobPutBack, JobRefused, Result, Together, kind_named, kinds_set_apart
from webapp.work.jobs.lease import Heartbeat, JobCancelled, LeaseLost
from webapp.work.models import Job

logger = logging.getLogger(__name__)

PASSING_FAULTS: tuple[tuple[type[BaseException], str, str], ...] = (
    (MemoryError, "out_of_memory", "The worker ran out of memory."),
    (DjangoDatabaseError, "database_error", "The database did not answer in time."),
    (OSError, "storage_error", "A file could not be read or written on the server."),
)
# The image was decoded once when it was stored, so a decoder that ends now was more likely killed, or starved, from
# outside: these are tried again.
PASSING_REFUSALS = ("decoder_crash", "decoder_timeout", "decoder_memory")
UNKNOWN_FAULT = ("inference_error", "The model run ended with an unexpected error. The server log names it.")

# Claiming is one at a time, so that a job which may kill the process (one that was tried before) can be run alone.
_claiming = threading.Lock()
_running = threading.Condition()
_batches: set[int] = set()


def run_one(job_id: str | UUID | None = None, kinds: Collection[str] | None = None) -> bool:
    """Claims and runs the named job or the next one, and with it others that can share its run; False when there was
    nothing to do. Several threads of a process may call this. kinds: only these; None: all but those of a queue of their
    own, for which a worker is started that asks for them."""
    apart = kinds_set_apart() if kinds is None else []
    with _claiming:
        named = claim(job_id) if job_id and not Job.objects.filter(id=job_id, kind__in=apart).exists() else None
        claims = [named] if named else claim_next(None, kinds, _wait_if_suspect, _most_at_once, apart)
        if not claims:
            return False
        first = claims[0].job
        if first.attempts > 1 and _is_shared(first.kind):
            run_claimed(claims)  # alone: nobody else claims meanwhile, nobody else's run can be taken down
            _leave_if_swollen()
            return True
        claims += _companions(first.kind, _most_at_once(first.kind) - len(claims))
        with _running:
            _batches.add(id(claims))
    try:
        run_claimed(claims)
    finally:
        with _running:
            _batches.discard(id(claims))
            _running.notify_all()
    _leave_if_swollen()
    return True


def _is_shared(kind: str) -> bool:
    try:
        return isinstance(kind_named(kind).work, Together)
    except JobRefused:
        return False


def _most_at_once(kind: str) -> int:
    return settings.WORKER_BATCH if _is_shared(kind) else 1


def _companions(kind: str, most: int) -> list[Claim]:
    """What a batch still lacks. Jobs of other kinds stood between, or another worker was faster with some."""
    try:
        return claim_more(kind, most)
    except DjangoDatabaseError as problem:  # the first is ours already and must be run
        logger.warning("no further jobs claimed: %s", type(problem).__name__)
        return []


def _wait_if_suspect(candidate: Candidate) -> None:
    if candidate.attempts > 0 and _is_shared(candidate.kind):
        with _running:
            _running.wait_for(lambda: not _batches)


def run_claimed(claims: Sequence[Claim]) -> None:
    """Runs claimed jobs of one kind to their ends, whatever happens; the rows say how each went."""
    for claimed in claims:
        job = claimed.job
        logger.info("job %s %s attempt %d", job.id, job.kind, job.attempts)
    try:
        kind = kind_named(claims[0].job.kind)
    except JobRefused as problem:
        for claimed in claims:
            _close_after(claimed, problem)
        return
    held: list[Held] = []
    try:
        with Heartbeat(claims, kind.limit_seconds) as leases:
            held += [Held(lease.claim, lease) for lease in leases]
            work_off(kind, held)
    finally:
        committed = _commit_together(held)
        for one in held:
            try:
                _close(one, committed.get(one.claim.job.id))
            except Exception:
                # Its lease runs out and it is tried again; the others of the batch are closed all the same.
                logger.exception("job %s could not be closed", one.claim.job.id)


def _commit_together(held: Sequence[Held]) -> dict[UUID, bool]:
    """Several results in one commit: which jobs it held, and whether each was still ours. Empty when it did not happen."""
    results = [(one.claim, one.outcome.write) for one in held if isinstance(one.outcome, Result) and one.lease.is_good]
    if len(results) < 2:
        return {}
    try:
        is_ours = finish_together(results)
    except Exception as problem:  # one result's fault, or the database's: each is tried by itself and told apart
        logger.warning("%d results are committed one by one: %s", len(results), type(problem).__name__)
        return {}
    return {claimed.job.id: is_one for (claimed, _), is_one in zip(results, is_ours, strict=True)}


def _close(held: Held, is_committed: bool | None) -> None:
    """The end of one job: its result is committed behind its own fence, or its row says why not."""
    outcome = held.outcome
    result = outcome if isinstance(outcome, Result) else Result()
    try:
        if isinstance(outcome, Exception):
            raise outcome
        held.lease.check()
        if is_committed is False:
            raise LeaseLost(str(held.claim.job.id))
        if is_committed is None:
            finish(held.claim, result.write)
    except Exception as problem:
        result.discard()
        _close_after(held.claim, problem)
        return
    result.clean()
    logger.info("job %s succeeded", held.claim.job.id)


def _close_after(claimed: Claim, problem: Exception) -> None:
    """Turns what stopped a run into the state of its row."""
    job_id = claimed.job.id
    if isinstance(problem, LeaseLost):
        # A cancel after the last heartbeat ends here too: then the row is still ours and is closed.
        if not close_cancelled(claimed):
            logger.warning("job %s was no longer ours; its result was thrown away", job_id)
    elif isinstance(problem, JobCancelled):
        close_cancelled(claimed)
        logger.info("job %s cancelled", job_id)
    elif isinstance(problem, JobMustWait):
        park(claimed, problem.reason)
        logger.info("job %s waits: %s", job_id, problem.reason)
    elif isinstance(problem, JobPutBack) or (isinstance(problem, DicomRefusal) and problem.code in PASSING_REFUSALS):
        postpone(claimed, problem.code, problem.text)
        logger.warning("job %s: %s, attempt %d", job_id, problem.code, claimed.job.attempts)
    elif isinstance(problem, JobRefused | DicomRefusal):
        fail(claimed, problem.code, problem.text)
        logger.warning("job %s failed: %s", job_id, problem.code)
    else:
        code, text = describe_fault(problem)
        postpone(claimed, code, text)
        logger.exception("job %s: %s, attempt %d of %d", job_id, code, claimed.job.attempts, claimed.job.max_attempts)


def describe_fault(problem: BaseException) -> tuple[str, str]:
    """Code and sentence of a fault that may pass; the sentence never quotes the exception, which may name paths."""
    for kind, code, text in PASSING_FAULTS:
        if isinstance(problem, kind):
            return code, text
    return UNKNOWN_FAULT


def _leave_if_swollen() -> None:
    """Asks this worker to stop after the current job when it holds more memory than allowed; it is started again."""
    resident = resident_megabytes()
    if resident > settings.WORKER_MEMORY_MB:
        logger.warning("worker holds %d MB, limit %d MB: it is replaced", resident, settings.WORKER_MEMORY_MB)
        os.kill(os.getpid(), signal.SIGTERM)


def resident_megabytes() -> int:
    """Resident memory of this process; 0 where /proc is missing."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
