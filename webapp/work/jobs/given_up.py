"""What must be told when a job of some kind ends without a result: a report that would otherwise wait for ever."""

from collections.abc import Callable
from uuid import UUID

from webapp.work.models import Job

_listeners: dict[str, Callable[[Job], None]] = {}


def when_given_up(kind: str, listener: Callable[[Job], None]) -> None:
    """Calls `listener` with each job of this kind that fails or is cancelled."""
    _listeners[kind] = listener


def tell_given_up(job_id: UUID) -> None:
    """Tells the listener of the job's kind. Call after the UPDATE that ended the job."""
    if not _listeners:
        return
    job = Job.objects.filter(id=job_id).first()
    if job is not None and job.kind in _listeners:
        _listeners[job.kind](job)
