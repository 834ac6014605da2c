"""Events of the viewer, pauses, and voiding a reading."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import Deviation, InteractionEvent, Reading, Study
from reader_study.models.reading import VOID_FIELDS
from reader_study.refusal import StudyRefused, require
from reader_study.sent_bodies import Events
from reader_study.services.own_assignment import own_assignment, readings_of, require_running, stage_now
from reader_study.services.people import checked_reason
from reader_study.services.record_deviation import note_deviation
from webapp import audit
from webapp.accounts.models import User
from webapp.sent_body import read_value

LONG_PAUSE_MS = 30 * 60 * 1000  # a longer one is an interruption; the page names no number


def record_events(user: User, study: Study, key: UUID, events: object, now: datetime | None = None) -> tuple[int, int]:
    """(stored now, highest seq known). Events that came before are left out, so that a batch may be sent again."""
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        reading = present_reading(user, study, key)
        rows = [
            InteractionEvent(
                reading=reading, seq=row.seq, kind=row.kind, client_ms=row.client_ms, server_at=now,
                payload=row.payload or {}, created_by=user,
            )
            for row in read_value(Events, events, "events", StudyRefused)
        ]  # fmt: skip
        known = set(reading.events.values_list("seq", flat=True))
        fresh = {row.seq: row for row in rows if row.seq not in known}
        InteractionEvent.objects.bulk_create(fresh.values())
    return len(fresh), max([*known, *fresh], default=0)


def pause_reading(user: User, study: Study, key: UUID, now: datetime | None = None) -> Reading:
    """Stops the clock of the reading; its image is not given until it is resumed."""
    require(policy.may_read(user, study))
    with transaction.atomic():
        reading = present_reading(user, study, key)
        if reading.paused_at is None:
            reading.paused_at = now or clock.now()
            reading.save(update_fields=["paused_at"])
    return reading


def resume_reading(user: User, study: Study, key: UUID, now: datetime | None = None) -> Reading:
    """Starts the clock again; a long pause is a deviation."""
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        reading = present_reading(user, study, key)
        if reading.paused_at is not None:
            length = int((now - reading.paused_at).total_seconds() * 1000)
            reading.paused_ms += length
            reading.paused_at = None
            reading.save(update_fields=["paused_at", "paused_ms"])
            if length > LONG_PAUSE_MS:
                text = f"paused for {length // 60000} minutes"
                note_deviation(reading.assignment.reader.study, Deviation.Code.INTERRUPTED, text, user, reading=reading)
    return reading


def void_reading(user: User, study: Study, reading: Reading, reason: str, *, read_again: bool = False) -> Reading:
    """A manager takes a reading out of the study, as a deviation. `read_again`: the reader is offered the stage once more."""
    require(policy.may_void(user, study))
    why = checked_reason(reason)
    if reading.state == Reading.State.VOID:
        raise StudyRefused("wrong_state", "This reading is void already.")
    with transaction.atomic():
        reading.state, reading.void_reason = Reading.State.VOID, why
        reading.save(update_fields=VOID_FIELDS)
        code = Deviation.Code.REOPENED if read_again else Deviation.Code.OTHER
        note_deviation(study, code, f"reading voided: {why}", user, reading=reading)
        if read_again:
            Reading.objects.create(assignment=reading.assignment, stage=reading.stage, created_by=user)
            session = reading.assignment.session
            if session.state == session.State.COMPLETED:
                session.state, session.ended_at = session.State.OPEN, None
                session.save(update_fields=["state", "ended_at"])
        audit.record(user, "study.void_reading", f"reading:{reading.pk}", purpose="reader study")
    return reading


def present_reading(user: User, study: Study, key: UUID) -> Reading:
    """The begun reading of the assignment's present stage. Raises StudyRefused."""
    assignment = own_assignment(user, study, key)
    require_running(assignment.reader.study, paused_too=True)
    stage = stage_now(assignment)
    reading = readings_of(assignment).get(stage) if stage else None
    if reading is None:
        raise StudyRefused("already_locked", "This case is read.")
    return reading
