"""Two spans that decide what a reading is worth: since the last look at the patient, and the pauses that are no reading."""

from datetime import timedelta

import pytest

from reader_study.models import Assignment, Reading, ReadingSession
from reader_study.services.lock_reading import LockRequest, elapsed_ms, lock_reading
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.record_events import pause_reading
from reader_study.washout import refused_until
from tests.reader_study.studies.study_factory import DAY, START, MadeStudy, answers, make_study, opened
from webapp.audit.chain import append
from webapp.audit.models import AccessEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> MadeStudy:
    return opened(make_study(cases=1, readers=1))


def first_session(made: MadeStudy) -> ReadingSession:
    return made.readers[0].reader_in.get().sessions.order_by("ordinal")[0]


def test_washout_counts_from_the_last_look_and_not_from_the_first(made: MadeStudy) -> None:
    case = first_session(made).assignments.get()
    for look in (START - 20 * DAY, START - 2 * DAY, START - 9 * DAY):
        event = append(made.readers[0], "open", f"image:{case.case.image_id}", "clinical review", {})
        # Events are append-only: only the bare queryset of Django moves one in time.
        rows = AccessEvent.objects.filter(pk=event.pk)
        super(type(rows), rows).update(at=look)  # type: ignore[misc]
    assert refused_until([case], made.readers[0], START, 28) == {case.pk: START + 26 * DAY}
    assert refused_until([case], made.readers[0], START + 26 * DAY, 28) == {}


def test_washout_counts_from_the_last_of_two_other_arms(made: MadeStudy) -> None:
    """Readings count as looks do: the later of the two decides."""
    session = first_session(made)
    one = session.assignments.get()
    other = Assignment.objects.filter(reader=one.reader, case=one.case).exclude(pk=one.pk).get()
    third = Assignment.objects.create(
        reader=one.reader, case=one.case, arm=other.arm, replicate=2, session=session, position=7
    )
    for assignment, at in ((other, START - 25 * DAY), (third, START - DAY)):
        Reading.objects.create(assignment=assignment, stage=assignment.arm.stages[0], opened_at=at)
    assert refused_until([one], made.readers[0], START, 28) == {one.pk: START + 27 * DAY}


def test_a_pause_in_which_the_reading_is_locked_is_left_out_of_its_time(made: MadeStudy) -> None:
    """Opened at 0 s, paused at 10 s, locked at 100 s: 10 s were reading and 90,000 ms a pause."""
    user = made.readers[0]
    open_session(user, first_session(made), START)
    case = next_assignment(user, made.study, "t", START).assignment
    assert case is not None
    stage = case.arm.stages[0]
    pause_reading(user, made.study, case.pk, START + timedelta(seconds=10))
    body = answers() | {"ratings": {}, "inadequate": "rotated"}
    lock_reading(user, made.study, case.pk, LockRequest(stage, body, "key", "t"), START + timedelta(seconds=100))
    reading = case.readings.get(stage=stage)
    assert (reading.paused_ms, reading.paused_at) == (90_000, None)
    assert elapsed_ms(reading) == 10_000
