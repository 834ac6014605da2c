"""`/studies/{id}/progress/`: how far each reader is, deviations, and what a manager may do about a session."""

import uuid
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from reader_study import clock, policy
from reader_study.models import Deviation, Reader, ReadingSession, Study
from reader_study.pages.access import study_answer, study_page
from reader_study.services.open_session import (
    abort_session,
    override_washout,
    remaining,
    session_or_404,
    washout_of,
)
from reader_study.services.record_deviation import record_deviation
from webapp.accounts.policy import require_person
from webapp.form_action import act


@dataclass(frozen=True)
class SessionLine:
    """One session: how much of it is read, and the day on which washout lets it open (None = now)."""

    session: ReadingSession
    done: int
    total: int
    opens_on: object


@dataclass(frozen=True)
class ReaderLine:
    reader: Reader
    sessions: list[SessionLine]

    @property
    def done(self) -> int:
        return sum(line.done for line in self.sessions)

    @property
    def total(self) -> int:
        return sum(line.total for line in self.sessions)


def reader_progress(reader: Reader) -> ReaderLine:
    """Counts of one reader; aborted sessions count what was read in them."""
    lines = []
    for session in reader.sessions.all():
        total = session.assignments.filter(case__voided_at=None).count()
        left = len(remaining(session))
        ended = session.state in (ReadingSession.State.ABORTED, ReadingSession.State.EXPIRED)
        lines.append(SessionLine(session, total - left, total - left if ended else total, _opens_on(session)))
    return ReaderLine(reader, lines)


def _opens_on(session: ReadingSession) -> object:
    """The first day on which a case of a planned session may be read; None when that is now."""
    if session.state != ReadingSession.State.PLANNED:
        return None
    now = clock.now()
    held = washout_of(session, session.reader.user, now)
    if held and len(held) == len(remaining(session)):
        return timezone.localtime(min(held.values()))
    return session.opens_at if session.opens_at and session.opens_at > now else None


@study_page(policy.may_see_allocation)
@require_safe
def progress(request: HttpRequest, study: Study) -> HttpResponse:
    context = {
        "readers": [reader_progress(reader) for reader in study.readers.select_related("user")],
        "deviations": study.deviations.select_related("by", "session__reader", "reading__assignment__reader"),
        "codes": Deviation.Code.choices,
        "may_act": policy.may_void(request.user, study) is None,
    }
    return study_answer(request, study, "progress", context)


@study_page(policy.may_void)
@require_POST
def override_session(request: HttpRequest, study: Study, session_id: uuid.UUID) -> HttpResponse:
    work = partial(
        override_washout,
        require_person(request.user),
        session_or_404(study, session_id),
        request.POST.get("reason", ""),
    )
    return act(
        request, work, "Washout is waived for this session; the deviation is recorded.", "study_progress", study.pk
    )


@study_page(policy.may_void)
@require_POST
def stop_session(request: HttpRequest, study: Study, session_id: uuid.UUID) -> HttpResponse:
    work = partial(
        abort_session, require_person(request.user), session_or_404(study, session_id), request.POST.get("reason", "")
    )
    return act(request, work, "The session is ended; what is locked stays.", "study_progress", study.pk)


@study_page(policy.may_see_allocation)
@require_POST
def add_deviation(request: HttpRequest, study: Study) -> HttpResponse:
    work = partial(
        record_deviation, require_person(request.user), study, request.POST.get("code"), request.POST.get("text", "")
    )
    return act(request, work, "The deviation is recorded.", "study_progress", study.pk)
