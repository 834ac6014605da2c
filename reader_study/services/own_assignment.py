"""The assignment that a reader works on: found only when it is the reader's own and its session is open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from reader_study.models import Assignment, Reading, ReadingSession, Study
from reader_study.protocol_body import completed
from reader_study.reading_body import Form
from reader_study.refusal import StudyRefused
from reader_study.services.edit_protocol import current_protocol
from webapp.accounts.models import User

LEASE_SECONDS = 90
Stage, State = Reading.Stage, Reading.State


def study_body(study: Study) -> dict[str, Any]:
    """The protocol body in force, with defaults."""
    return completed(current_protocol(study).body)


def form_of(assignment: Assignment) -> Form:
    """What a reading of this assignment asks for."""
    image = assignment.case.image
    return Form.of(study_body(assignment.reader.study), image.columns, image.rows)


def own_assignment(user: User, study: Study, key: UUID, *, lock: bool = False) -> Assignment:
    """The reader's assignment, once it has been opened; anything else is 404, so that ids of others tell nothing."""
    rows = Assignment.objects.filter(pk=key, reader__user=user, reader__study=study)
    if lock:
        rows = rows.select_for_update(of=("self",)) if _locks_rows() else rows
    found: Assignment | None = rows.select_related("reader__study", "case__image", "arm", "session").first()
    if found is None or not found.readings.exclude(state=State.VOID).filter(opened_at__isnull=False).exists():
        raise StudyRefused("not_found", "There is no such case.", http=404)
    return found


def _locks_rows() -> bool:
    from django.db import connection

    return bool(connection.features.has_select_for_update_of)


def require_running(study: Study, *, paused_too: bool = False) -> None:
    """Raises StudyRefused unless the study is open (or paused, where that is enough)."""
    states = (Study.State.OPEN, Study.State.PAUSED) if paused_too else (Study.State.OPEN,)
    if study.state not in states:
        raise StudyRefused("study_not_open", f"The study is {study.state}: reading is not possible now.")


def readings_of(assignment: Assignment) -> dict[str, Reading]:
    """The reading of each stage that has begun; voided ones are left out."""
    return {row.stage: row for row in assignment.readings.exclude(state=State.VOID)}


def stage_now(assignment: Assignment) -> str | None:
    """The first stage that is not locked; None when all are (or one was voided and is not to be read again)."""
    return first_open_stage(assignment.arm.stages, list(assignment.readings.values_list("stage", "state")))


def first_open_stage(stages: Sequence[str], readings: Sequence[tuple[str, str]]) -> str | None:
    """The same from (stage, state) of the readings, for callers that have them already."""
    begun = {stage: state for stage, state in readings if state != State.VOID}
    voided = {stage for stage, state in readings if state == State.VOID}
    for stage in stages:
        if stage not in begun:
            return None if stage in voided else stage
        if begun[stage] != State.LOCKED:
            return stage
    return None


def reading_in(assignment: Assignment, stage: object) -> Reading:
    """The begun reading of a stage. Raises StudyRefused."""
    if stage not in assignment.arm.stages:
        text = f"stage {str(stage)[:20]!r} is not one of {', '.join(assignment.arm.stages)}"
        raise StudyRefused("not_allowed", text, "stage", 400)
    reading = readings_of(assignment).get(str(stage))
    if reading is None:
        raise StudyRefused("wrong_stage", f"Stage {stage} has not begun yet.", "stage")
    return reading


def hold_lease(session: ReadingSession, tab: str, now: datetime) -> None:
    """Renews the lease of this browser tab. Raises StudyRefused when another tab holds it."""
    tab = tab[:64]
    if session.lease_tab not in ("", tab) and session.lease_until and session.lease_until > now:
        raise StudyRefused("other_tab", "Another tab of yours is writing this session. Take over to go on here.", "tab")
    ReadingSession.objects.filter(pk=session.pk).update(
        lease_tab=tab, lease_until=now + timedelta(seconds=LEASE_SECONDS)
    )
    session.lease_tab, session.lease_until = tab, now + timedelta(seconds=LEASE_SECONDS)


def take_over(session: ReadingSession, tab: str, now: datetime) -> None:
    """Gives the lease to this tab, whoever holds it."""
    if not tab or len(tab) > 64:
        raise StudyRefused("not_allowed", "tab is not a text of 1 to 64 characters", "tab", 400)
    session.lease_tab = ""
    hold_lease(session, tab, now)
