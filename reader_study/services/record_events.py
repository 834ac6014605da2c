"""Events of the viewer, pauses, and voiding a reading."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import Deviation, InteractionEvent, Reading, Study
from reader_study.models.reading import VOID_FIELDS
from reader_study.refusal import StudyRefused, require
from reader_study.services.own_assignment import own_assignment, readings_of, require_running, stage_now
from reader_study.services.people import checked_reason
from reader_study.services.record_deviation import note_deviation
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.canonical_json import canonical_json

MOST_EVENTS = 500
LONG_PAUSE_MS = 30 * 60 * 1000  # a longer one is an interruption; the page names no number
CLIENT_KINDS = tuple(kind for kind in InteractionEvent.KINDS if kind != "ai_revealed")


def record_events(user: User, study: Study, key: UUID, events: object, now: datetime | None = None) -> tuple[int, int]:
    """(stored now, highest seq known). Events that came before are left out, so that a batch may be sent again."""
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        reading = present_reading(user, study, key)
        rows = [_event(reading, row, k, now, user) for k, row in enumerate(_list(events))]
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


def _list(events: object) -> list[object]:
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise StudyRefused("not_allowed", f"events is not a list of at most {MOST_EVENTS}", "events", 400)
    return events


def _event(reading: Reading, row: object, k: int, now: datetime, user: User) -> InteractionEvent:
    field = f"events[{k}]"
    if not isinstance(row, Mapping):
        raise StudyRefused("not_allowed", f"{field} is not an object", field, 400)
    seq, kind, client_ms, payload = (row.get(name) for name in ("seq", "kind", "client_ms", "payload"))
    if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq < 2**31:
        raise StudyRefused("not_allowed", f"seq {seq!r} is not a whole number from 1", f"{field}.seq", 400)
    if kind not in CLIENT_KINDS:
        raise StudyRefused(
            "not_allowed", f"kind {str(kind)[:20]!r} is not one of {', '.join(CLIENT_KINDS)}", f"{field}.kind", 400
        )
    if client_ms is not None and (
        isinstance(client_ms, bool) or not isinstance(client_ms, int) or not 0 <= client_ms < 2**53
    ):
        raise StudyRefused(
            "not_allowed", f"client_ms {str(client_ms)[:20]} is not a whole number from 0", f"{field}.client_ms", 400
        )
    payload = {} if payload is None else payload
    if (
        not isinstance(payload, dict)
        or len(canonical_json(payload).encode("utf-8", "replace")) > InteractionEvent.PAYLOAD_BYTES
    ):
        raise StudyRefused(
            "not_allowed",
            f"payload is not an object of at most {InteractionEvent.PAYLOAD_BYTES} bytes",
            f"{field}.payload",
            400,
        )
    return InteractionEvent(
        reading=reading, seq=seq, kind=kind, client_ms=client_ms, server_at=now, payload=payload, created_by=user
    )
