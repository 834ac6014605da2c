"""Run one job in this process: claim, work under a lease, end it with the fence."""

import logging
import os
import signal
import threading
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import Error as DjangoDatabaseError

from inference.dicom import DicomRefusal
from webapp.archive.storage import IntegrityMismatch
from webapp.predictions.jobs.claim import Claim, claim, claim_next
from webapp.predictions.jobs.finish import close_cancelled, fail, finish, park, postpone
from webapp.predictions.jobs.kinds import JobMustWait, JobRefused, Result, kind_named
from webapp.predictions.jobs.lease import JobCancelled, Lease, LeaseLost

logger = logging.getLogger(__name__)

INTEGRITY_TEXT = "The stored file no longer has the content that was received. It was not used; tell an administrator."
PASSING_FAULTS: tuple[tuple[type[BaseException], str, str], ...] = (
    (MemoryError, "out_of_memory", "The worker ran out of memory."),
    (DjangoDatabaseError, "database_error", "The database did not answer in time."),
    (OSError, "storage_error", "A file could not be read or written on the server."),
)
UNKNOWN_FAULT = ("inference_error", "The model run ended with an unexpected error. The server log names it.")

# One job at a time per process: the wake-up runs in Celery's main thread, the poll in its own.
_one_at_a_time = threading.Lock()


def run_one(job_id: str | UUID | None = None) -> bool:
    """Claims and runs the named job or the next one; False when there was nothing to do."""
    with _one_at_a_time:
        claimed = (claim(job_id) if job_id else None) or claim_next()
        if claimed is None:
            return False
        run_claimed(claimed)
        _leave_if_swollen()
        return True


def run_claimed(claimed: Claim) -> None:
    """Runs a claimed job to its end, whatever happens; the row says how it went."""
    job = claimed.job
    logger.info("job %s %s attempt %d", job.id, job.kind, job.attempts)
    result = Result()
    try:
        kind = kind_named(job.kind)
        with Lease(claimed, kind.limit_seconds) as lease:
            result = kind.run(claimed, lease)
            lease.check()
            finish(claimed, result.write)
    except Exception as problem:
        result.discard()
        _close_after(claimed, problem)
        return
    result.clean()
    logger.info("job %s succeeded", job.id)


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
    elif isinstance(problem, IntegrityMismatch):
        fail(claimed, "integrity_mismatch", INTEGRITY_TEXT)
        logger.error("job %s failed: integrity_mismatch", job_id)
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
