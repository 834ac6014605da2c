"""Open a reading session, override its washout, abort or schedule it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import Assignment, Deviation, ReadingSession, Study
from reader_study.refusal import StudyRefused, require
from reader_study.services.own_assignment import first_open_stage, require_running, study_body
from reader_study.services.people import checked_reason
from reader_study.services.record_deviation import note_deviation
from reader_study.services.require_display_check import require_display_check
from reader_study.services.training import training_result
from reader_study.washout import refused_until
from webapp import audit
from webapp.accounts.models import User

State = ReadingSession.State


def open_session(
    user: User, session: ReadingSession, now: datetime | None = None, *, sitting: str = ""
) -> ReadingSession:
    """Opens the reader's next session. Raises StudyRefused: not open, too early, training not passed, washout with its date, no
    display check in this `sitting` (webapp.accounts.sitting) where the protocol asks for one."""
    now = now or clock.now()
    study = session.reader.study
    require(policy.may_read(user, study))
    with transaction.atomic():
        session = ReadingSession.objects.select_for_update().select_related("reader__study").get(pk=session.pk)
        require_running(session.reader.study)
        require_display_check(user, session.reader.study, sitting)
        if session.state == State.OPEN:
            return session
        if session.state != State.PLANNED:
            raise StudyRefused("wrong_state", f"This session is {session.state}.")
        _require_time(session, now)
        _require_earlier(session, user, now)
        if not session.is_training:
            _require_training(session)
        _require_washout(session, user, now)
        session.state, session.opened_at = State.OPEN, now
        session.save(update_fields=["state", "opened_at"])
        audit.record(user, "study.open_session", f"session:{session.pk}", purpose="reader study")
    return session


def washout_of(
    session: ReadingSession, user: User, now: datetime, todo: list[Assignment] | None = None
) -> dict[Assignment, datetime]:
    """Unread assignments of the session (`todo`, when the caller has them) that washout refuses now, with the time it opens
    again."""
    if session.has_washout_override:
        return {}
    todo = remaining(session) if todo is None else todo
    until = refused_until(todo, user, now, study_body(session.reader.study)["washout"]["min_days"])
    return {one: until[one.pk] for one in todo if one.pk in until}


def remaining(session: ReadingSession) -> list[Assignment]:
    """Assignments with a stage left, in order; voided cases are left out."""
    rows = session.assignments.filter(case__voided_at=None).select_related(
        "case__image", "arm", "reader__study", "session"
    )
    found = rows.prefetch_related("readings").order_by("position")
    return [one for one in found if first_open_stage(one.arm.stages, [(r.stage, r.state) for r in one.readings.all()])]


def override_washout(user: User, session: ReadingSession, reason: str) -> Deviation:
    """A manager lets the session open before the washout ends: with a reason, and as a deviation."""
    study = session.reader.study
    require(policy.may_void(user, study))
    why = checked_reason(reason)
    with transaction.atomic():
        session.has_washout_override = True
        session.save(update_fields=["has_washout_override"])
        audit.record(user, "study.override_washout", f"session:{session.pk}", purpose="reader study")
        return note_deviation(study, Deviation.Code.WASHOUT_OVERRIDE, why, user, session=session)


def abort_session(user: User, session: ReadingSession, reason: str, now: datetime | None = None) -> ReadingSession:
    """Ends a session for good; what is locked stays."""
    require(policy.may_void(user, session.reader.study))
    if session.state in ReadingSession.ENDED:
        raise StudyRefused("wrong_state", f"This session is {session.state} already.")
    session.state, session.state_reason, session.ended_at = State.ABORTED, checked_reason(reason), now or clock.now()
    session.save(update_fields=["state", "state_reason", "ended_at"])
    return session


def schedule_session(
    user: User, session: ReadingSession, opens_at: datetime | None, closes_at: datetime | None
) -> ReadingSession:
    """When a planned session may open, and after when a reading in it is late."""
    require(policy.may_void(user, session.reader.study))
    if opens_at and closes_at and closes_at <= opens_at:
        raise StudyRefused("not_allowed", "closes_at is not after opens_at", "closes_at", 400)
    session.opens_at, session.closes_at = opens_at, closes_at
    session.save(update_fields=["opens_at", "closes_at"])
    return session


def complete_if_read(session: ReadingSession, now: datetime) -> bool:
    """Completes the session when nothing is left in it; a passed training ends the attempts that are left."""
    if session.state != State.OPEN or remaining(session):
        return session.state in ReadingSession.ENDED
    session.state, session.ended_at = State.COMPLETED, now
    session.save(update_fields=["state", "ended_at"])
    if session.is_training and training_result(session.reader).is_passed:
        left = session.reader.sessions.filter(is_training=True, state=State.PLANNED)
        left.update(state=State.ABORTED, state_reason="training passed", ended_at=now)
    return True


def _require_time(session: ReadingSession, now: datetime) -> None:
    if session.opens_at and now < session.opens_at:
        opens = session.opens_at.isoformat()
        raise StudyRefused("not_yet", f"This session opens on {opens[:16].replace('T', ' ')} UTC.", opens_at=opens)


def _require_earlier(session: ReadingSession, user: User, now: datetime) -> None:
    """Earlier sessions come first, save for their cases that washout still holds back."""
    for earlier in session.reader.sessions.filter(ordinal__lt=session.ordinal).exclude(state__in=ReadingSession.ENDED):
        held = washout_of(earlier, user, now) if earlier.state == State.OPEN else {}
        if earlier.state != State.OPEN or len(held) < len(remaining(earlier)):
            raise StudyRefused("earlier_session", f"Session {earlier.ordinal} comes first.", session=str(earlier.pk))


def _require_training(session: ReadingSession) -> None:
    result = training_result(session.reader)
    if not result.is_passed:
        text = f"The training is not passed yet: {result.right} of {result.calls} calls were right. Ask the study's manager."
        raise StudyRefused("training_not_passed", text)


def _require_washout(session: ReadingSession, user: User, now: datetime) -> None:
    """Refuses when every case is held back; otherwise the held ones are offered last."""
    todo = remaining(session)
    held = washout_of(session, user, now, todo)
    if not held:
        return
    if len(held) == len(todo):
        raise washout_refusal(min(held.values()))
    Assignment.objects.filter(pk__in=[one.pk for one in held]).update(deferred_at=now)


def washout_refusal(until: datetime) -> StudyRefused:
    """The refusal that names the date."""
    text = f"You have seen these patients recently. This opens again on {until:%Y-%m-%d} at {until:%H:%M} UTC."
    return StudyRefused("washout", text, opens_on=f"{until:%Y-%m-%d}", opens_at=until.isoformat())


def session_or_404(study: Study, key: Any, user: User | None = None) -> ReadingSession:
    """A session of the study; with `user`, only the person's own."""
    rows = ReadingSession.objects.filter(pk=key, reader__study=study)
    if user is not None:
        rows = rows.filter(reader__user=user)
    found: ReadingSession | None = rows.select_related("reader__study").first()
    if found is None:
        raise StudyRefused("not_found", "There is no such session.", http=404)
    return found
