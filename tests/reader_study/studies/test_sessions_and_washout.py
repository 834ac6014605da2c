"""When a session opens: order, time, training, and four weeks since the reader met the patient in another arm."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reader_study.models import Assignment, Deviation, ReadingSession
from reader_study.refusal import StudyRefused
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import (
    abort_session,
    open_session,
    override_washout,
    schedule_session,
    washout_of,
)
from tests.reader_study.studies.study_factory import (
    DAY,
    START,
    MadeStudy,
    answers,
    lock,
    make_study,
    opened,
    read_session,
    second_read_body,
)
from tests.webapp.viewer.case_factory import make_image
from webapp.accounts.models import User
from webapp.audit.chain import append
from webapp.audit.models import AccessEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> MadeStudy:
    return opened(make_study(cases=4, readers=1))


def sessions(made: MadeStudy, reader: int = 0) -> list[ReadingSession]:
    return list(ReadingSession.objects.filter(reader__user=made.readers[reader]).order_by("ordinal"))


def looked_at(user: User, image: Any, at: Any) -> None:
    """A clinical look at a time of our choice."""
    append(user, "open", f"image:{image.pk}", "clinical review", {})
    super(type(AccessEvent.objects.all()), AccessEvent.objects.filter(pk=AccessEvent.objects.last().pk)).update(at=at)  # type: ignore[union-attr]


def test_a_second_arm_is_refused_until_washout_ends_and_the_refusal_names_the_date(made: MadeStudy) -> None:
    read_session(made, made.readers[0], START)
    second = sessions(made)[1]
    with pytest.raises(StudyRefused, match="opens again on 2026-03-30 at 08:00 UTC") as refused:
        open_session(made.readers[0], second, START + 28 * DAY - timedelta(seconds=1))
    assert refused.value.document()["opens_on"] == "2026-03-30"
    assert open_session(made.readers[0], second, START + 29 * DAY).state == "open"


def test_an_override_needs_a_reason_and_leaves_a_deviation(made: MadeStudy) -> None:
    read_session(made, made.readers[0], START)
    second = sessions(made)[1]
    with pytest.raises(StudyRefused, match="a reason of 3 to 500 characters"):
        override_washout(made.manager, second, " ")
    override_washout(made.manager, second, "reader leaves the hospital")
    assert Deviation.objects.get().code == "washout_override"
    assert open_session(made.readers[0], second, START + DAY).state == "open"


def test_a_reader_cannot_override(made: MadeStudy) -> None:
    with pytest.raises(StudyRefused, match="Only a manager"):
        override_washout(made.readers[0], sessions(made)[0], "because I want to")


def test_a_clinical_look_counts_and_its_cases_come_last(made: MadeStudy) -> None:
    user, session = made.readers[0], sessions(made)[0]
    first = session.assignments.order_by("position")[0]
    looked_at(user, first.case.image, START - DAY)
    open_session(user, session, START)
    seen, now = [], START
    while (found := next_assignment(user, made.study, "t", now)).state == "reading":
        assert found.assignment is not None
        seen.append(found.assignment.pk)
        lock(user, made.study, found.assignment, found.assignment.arm.stages[0], answers(), now)
    assert first.pk not in seen
    assert len(seen) == 3
    assert session.assignments.get(pk=first.pk).deferred_at is not None
    later = START + 27 * DAY
    found = next_assignment(user, made.study, "t", later)
    assert found.assignment is not None
    assert found.assignment.pk == first.pk


def test_the_header_that_a_page_asks_for_ahead_of_time_is_no_look(made: MadeStudy) -> None:
    # Seen in the browser: opening one case in the clinical pages held back the next one of the worklist as well.
    user, session = made.readers[0], sessions(made)[0]
    image = session.assignments.order_by("position")[0].case.image
    append(user, "image.view_header", f"image:{image.pk}", "clinical review", {})
    assert washout_of(open_session(user, session), user, timezone.now()) == {}
    append(user, "image.view_frame", f"image:{image.pk}", "clinical review", {})
    assert len(washout_of(session, user, timezone.now())) == 1


def test_a_look_that_calls_itself_ahead_of_time_counts(made: MadeStudy) -> None:
    # Whoever writes the header could keep the pixels and look at them.
    user, session = made.readers[0], sessions(made)[0]
    image = session.assignments.order_by("position")[0].case.image
    open_session(user, session)
    append(user, "image.view_frame.ahead", f"image:{image.pk}", "clinical review", {})
    assert len(washout_of(session, user, timezone.now())) == 1


def test_a_look_at_another_image_of_the_patient_counts() -> None:
    images = [make_image(patient_id="SAME") for _ in range(1)]
    elsewhere = make_image(patient_id="SAME")
    made = opened(make_study(cases=1, readers=1, images=images))
    looked_at(made.readers[0], elsewhere, START - 2 * DAY)
    with pytest.raises(StudyRefused, match="opens again on 2026-03-28"):
        open_session(made.readers[0], sessions(made)[0], START)


def test_a_look_by_somebody_else_does_not_count(made: MadeStudy) -> None:
    for case in made.study.cases.all():
        looked_at(made.manager, case.image, START - DAY)
    assert open_session(made.readers[0], sessions(made)[0], START).state == "open"


def test_another_study_of_the_same_person_counts() -> None:
    images = [make_image(patient_id=f"SHARED{k}") for k in range(2)]
    one = opened(make_study(second_read_body(), cases=2, readers=1, images=images))
    read_session(one, one.readers[0], START)
    from reader_study.services.open_study import open_study
    from reader_study.services.people import add_reader

    two = make_study(second_read_body(), readers=1, images=images)
    add_reader(two.manager, two.study, one.readers[0].username)
    two.study = open_study(two.manager, two.study)
    session = ReadingSession.objects.get(reader__study=two.study, reader__user=one.readers[0])
    with pytest.raises(StudyRefused, match="2026-03-30"):
        open_session(one.readers[0], session, START + DAY)


def test_both_stages_of_one_assignment_need_no_washout() -> None:
    made = opened(make_study(second_read_body(), cases=2, readers=1))
    assert read_session(made, made.readers[0], START) == 4


def test_sessions_open_in_order(made: MadeStudy) -> None:
    with pytest.raises(StudyRefused, match="Session 1 comes first"):
        open_session(made.readers[0], sessions(made)[1], START)


def test_a_scheduled_session_does_not_open_early_and_is_late_after_its_end(made: MadeStudy) -> None:
    session, user = sessions(made)[0], made.readers[0]
    schedule_session(made.manager, session, START + DAY, START + 2 * DAY)
    with pytest.raises(StudyRefused, match="opens on 2026-03-03 08:00 UTC"):
        open_session(user, session, START)
    open_session(user, session, START + DAY)
    found = next_assignment(user, made.study, "t", START + DAY).assignment
    assert found is not None
    lock(user, made.study, found, found.arm.stages[0], answers(), START + 3 * DAY)
    assert Deviation.objects.get(code="late_read").text == "locked after the session closed on 2026-03-04"


def test_an_aborted_session_does_not_open_and_the_next_one_does(made: MadeStudy) -> None:
    first, second = sessions(made)
    abort_session(made.manager, first, "reader was ill")
    with pytest.raises(StudyRefused, match="This session is aborted"):
        open_session(made.readers[0], first, START)
    assert open_session(made.readers[0], second, START).state == "open"


def test_next_says_what_comes(made: MadeStudy) -> None:
    user = made.readers[0]
    assert next_assignment(user, made.study, "t", START).state == "open_session"
    read_session(made, user, START)
    read_session(made, user, START + 30 * DAY)
    assert next_assignment(user, made.study, "t", START + 31 * DAY).state == "done"


def perfect(assignment: Assignment, stage: str, is_sick: bool) -> float:
    return 90 if is_sick else 10


def wrong(assignment: Assignment, stage: str, is_sick: bool) -> float:
    return 10 if is_sick else 90


@pytest.mark.parametrize("first_try", [perfect, wrong])
def test_the_scored_block_opens_once_the_training_is_passed(first_try: Any) -> None:
    body = second_read_body(training={"pass_share": 0.8, "attempts": 2})
    made = opened(make_study(body, cases=2, readers=1, training=4))
    user = made.readers[0]
    read_session(made, user, START, first_try)
    states = [session.state for session in sessions(made)]
    if first_try is perfect:
        assert states == ["completed", "aborted", "planned"]
        assert open_session(user, sessions(made)[2], START + DAY).state == "open"
        return
    assert states == ["completed", "planned", "planned"]
    with pytest.raises(StudyRefused, match="Session 2 comes first"):
        open_session(user, sessions(made)[2], START)
    read_session(made, user, START + 30 * DAY, wrong)
    with pytest.raises(StudyRefused, match="The training is not passed yet: 4 of 8 calls were right"):
        open_session(user, sessions(made)[2], START + 60 * DAY)
