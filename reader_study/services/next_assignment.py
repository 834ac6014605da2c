"""What the reader does next: the case that is begun, else the next one in the stored order."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import Assignment, Reader, Reading, ReadingSession, Study
from reader_study.refusal import StudyRefused, require
from reader_study.services.open_session import complete_if_read, remaining, washout_of
from reader_study.services.own_assignment import hold_lease, own_assignment, readings_of, stage_now, take_over
from reader_study.services.require_display_check import require_display_check
from webapp import audit
from webapp.accounts.models import User
from webapp.display_check.ask_and_judge import passed_in


@dataclass(frozen=True)
class Next:
    """state: reading, open_session, washout, done, paused or study_not_open; the rest as far as it applies."""

    state: str
    assignment: Assignment | None = None
    session: ReadingSession | None = None
    opens_at: datetime | None = None


def next_assignment(
    user: User, study: Study, tab: str = "", now: datetime | None = None, *, takes_over: bool = False, sitting: str = ""
) -> Next:
    """Opens the next case of the reader's open session. Cases that washout holds back come last, never dropped.

    takes_over: also when another tab holds the lease. sitting: webapp.accounts.sitting, for a protocol that asks for a display
    check; a begun case, too, goes on only after it.
    """
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        reader = Reader.objects.select_for_update().filter(study=study, user=user).first()
        study = Study.objects.get(pk=study.pk)
        if reader is None:
            raise StudyRefused("not_a_reader", "You are not a reader of this study.", http=403)
        if study.state != Study.State.OPEN:
            return Next("paused" if study.state == Study.State.PAUSED else "study_not_open")
        require_display_check(user, study, sitting)
        held: list[datetime] = []
        for session in reader.sessions.filter(state=ReadingSession.State.OPEN).order_by("ordinal"):
            found, waiting = _in_session(session, user, now)
            if found is not None:
                (take_over if takes_over else hold_lease)(session, tab, now)
                begin(found, user, now, sitting)
                fresh = own_assignment(user, study, found.pk)  # with the reading that has just been opened
                return Next("reading", assignment=fresh, session=session)
            held += waiting
        planned = reader.sessions.filter(state=ReadingSession.State.PLANNED).order_by("ordinal").first()
        if planned is not None:
            return Next("open_session", session=planned, opens_at=min(held, default=None))
        return Next("washout", opens_at=min(held)) if held else Next("done")


def begin(assignment: Assignment, user: User, now: datetime, sitting: str = "") -> Reading:
    """The reading of the present stage, opened now unless it was before; it names the display check of the sitting."""
    stage = stage_now(assignment)
    if stage is None:
        raise StudyRefused("already_locked", "This case is read.")
    reading = readings_of(assignment).get(stage)
    if reading is None or reading.opened_at is None:
        reading = reading or Reading(assignment=assignment, stage=stage, created_by=user)
        reading.opened_at = now
        reading.save()
        audit.record(user, "study.open_case", f"assignment:{assignment.pk}", purpose="reader study", stage=stage)
    check = passed_in(user, sitting) if sitting else None
    if reading.display_check != check:
        reading.display_check = check
        reading.save(update_fields=["display_check"])
    return reading


def _in_session(session: ReadingSession, user: User, now: datetime) -> tuple[Assignment | None, list[datetime]]:
    """The assignment to read now, and when those that are held back open again."""
    todo = remaining(session)
    if not todo:
        complete_if_read(session, now)
        return None, []
    for one in todo:
        if any(row.opened_at for row in one.readings.all()):
            return one, []
    held = washout_of(session, user, now, todo)
    Assignment.objects.filter(pk__in=[one.pk for one in held]).update(deferred_at=now)
    free = [one for one in todo if one not in held]
    free.sort(key=lambda one: (one.deferred_at is not None, one.position))
    return (free[0], []) if free else (None, list(held.values()))
