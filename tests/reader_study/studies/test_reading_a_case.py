"""From opening a case to its receipt: drafts, locks, AI, switches, tabs, pauses, clocks, events."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reader_study.models import Assignment, Deviation, InteractionEvent, Lock, Mark, Reading, SwitchEvent
from reader_study.refusal import StudyRefused
from reader_study.services.change_state import close_study, pause_study
from reader_study.services.lock_reading import LockRequest, lock_reading
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.own_assignment import take_over
from reader_study.services.record_events import pause_reading, record_events, resume_reading, void_reading
from reader_study.services.reveal_ai import reveal_ai
from reader_study.services.save_draft import DraftRequest, save_draft
from tests.reader_study.studies.study_factory import (
    START,
    MadeStudy,
    answers,
    crossed_body,
    lock,
    make_study,
    mark,
    opened,
    second_read_body,
)
from tests.webapp.viewer.case_factory import make_image
from webapp.reveal.shown_elsewhere import was_shown_elsewhere
from webapp.reviews.models import AppendOnlyViolation

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def made() -> MadeStudy:
    """A second-read study whose first reader has the first case open."""
    return opened(make_study(second_read_body(), cases=3, readers=2))


def first_case(made: MadeStudy, reader: int = 0, now: Any = START) -> Assignment:
    user = made.readers[reader]
    open_session(user, user.reader_in.get().sessions.order_by("ordinal")[0], now)
    found = next_assignment(user, made.study, "t", now).assignment
    assert found is not None
    return found


def draft(
    made: MadeStudy,
    case: Assignment,
    base: int,
    body: Any = None,
    key: str = "",
    tab: str = "t",
    stage: str = "unaided",
) -> Any:
    request = DraftRequest(stage, base, body or answers(), key or uuid.uuid4().hex, tab)
    return save_draft(made.readers[0], made.study, case.pk, request, START + SECOND)


def test_drafts_count_one_two_three(made: MadeStudy) -> None:
    case = first_case(made)
    assert [draft(made, case, base).revision for base in (0, 1, 2)] == [1, 2, 3]
    reading = case.readings.get()
    assert (reading.state, reading.first_input_at, reading.opened_at) == ("drafting", START + SECOND, START)


def test_the_same_delivery_twice_is_one_revision(made: MadeStudy) -> None:
    case = first_case(made)
    assert draft(made, case, 0, key="k").pk == draft(made, case, 0, key="k").pk


def test_one_key_with_other_content_is_refused(made: MadeStudy) -> None:
    case = first_case(made)
    draft(made, case, 0, key="k")
    with pytest.raises(StudyRefused, match="key 'k' has already stored other content"):
        draft(made, case, 0, answers(99), key="k")


def test_a_draft_made_from_an_old_revision_is_refused_with_both_versions(made: MadeStudy) -> None:
    case = first_case(made)
    draft(made, case, 0, answers(10))
    with pytest.raises(StudyRefused) as refused:
        draft(made, case, 0, answers(90))
    document = refused.value.document()
    assert (document["code"], refused.value.http) == ("draft_conflict", 409)
    assert document["server"]["body"]["ratings"]["lung_opacity"]["rating"] == 10
    assert document["yours"]["body"]["ratings"]["lung_opacity"]["rating"] == 90


def test_a_second_tab_is_refused_until_it_takes_over(made: MadeStudy) -> None:
    case = first_case(made)
    draft(made, case, 0)
    with pytest.raises(StudyRefused) as refused:
        draft(made, case, 1, tab="other")
    assert refused.value.code == "other_tab"
    take_over(case.session, "other", START + SECOND)
    assert draft(made, case, 1, tab="other").revision == 2


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        (
            {"ratings": {"lung_opacity": {"rating": 101, "action": "none"}}},
            "ratings.lung_opacity.rating",
            "101 of lung_opacity is not a number from 0 to 100",
        ),
        (
            {"ratings": {"pleural_effusion": {"rating": 2.5}}},
            "ratings.pleural_effusion.rating",
            "2.5 of pleural_effusion is not a whole number from 1 to 5",
        ),
        ({"ratings": {"gout": {"rating": 1}}}, "ratings.gout", "'gout' is not one of lung_opacity, pleural_effusion"),
        ({"ratings": {"lung_opacity": {"rating": True}}}, "ratings.lung_opacity.rating", "True of lung_opacity"),
        (
            {"ratings": {"lung_opacity": {"rating": 1, "action": "surgery"}}},
            "ratings.lung_opacity.action",
            "'surgery' is not one of none",
        ),
        ({"marks": [mark(x=2040)]}, "marks[0]", "leaves the image of 2048 x 2500 pixels"),
        ({"marks": [mark(w=0)]}, "marks[0].w", "above 0 for a box"),
        ({"marks": [mark(shape="point")]}, "marks[0].shape", "'point' is not one of box"),
        ({"marks": [mark(x=1e400)]}, "marks[0].x", "inf is not a finite number"),
        ({"active_ms": -1}, "active_ms", "-1 is not a number of milliseconds"),
        ({"comment": "\x00"}, "comment", "is not a text"),
        ({"answers": {"mood": 1}}, "answers.", "answer"),
        ({"colour": "red"}, "colour", "'colour' is not one of ratings"),
    ],
)
def test_a_misshapen_body_is_refused_with_field_and_value(
    made: MadeStudy, change: dict[str, Any], field: str, text: str
) -> None:
    case = first_case(made)
    with pytest.raises(StudyRefused) as refused:
        draft(made, case, 0, answers() | change)
    assert (refused.value.http, refused.value.field) == (400, field)
    assert text in refused.value.text


def test_an_empty_answer_is_named_and_nothing_is_locked(made: MadeStudy) -> None:
    case = first_case(made)
    body = answers()
    body["ratings"]["pleural_effusion"] = {"rating": None, "action": ""}
    with pytest.raises(StudyRefused) as refused:
        lock(made.readers[0], made.study, case, "unaided", body, START)
    assert refused.value.more["empty"] == ["ratings.pleural_effusion.rating", "ratings.pleural_effusion.action"]
    assert (case.readings.get().state, Lock.objects.filter(kind="reading").count()) == ("pending", 0)


def test_the_call_is_computed_by_the_server_at_the_cut(made: MadeStudy) -> None:
    case = first_case(made)
    lock(made.readers[0], made.study, case, "unaided", answers(50, 2), START)
    rows = {row.finding.code: row.call for row in case.readings.get(stage="unaided").ratings.all()}
    assert rows == {"lung_opacity": True, "pleural_effusion": False}


def test_the_same_lock_twice_gives_the_same_receipt(made: MadeStudy) -> None:
    case = first_case(made)
    request = LockRequest("unaided", answers(), "key", "t")
    first = lock_reading(made.readers[0], made.study, case.pk, request, START + SECOND)
    again = lock_reading(made.readers[0], made.study, case.pk, request, START + 9 * SECOND)
    assert first == again
    assert first["next_stage"] == "aided"
    with pytest.raises(StudyRefused, match="This reading is locked") as refused:
        lock_reading(
            made.readers[0], made.study, case.pk, replace(request, idempotency_key="another"), START + 9 * SECOND
        )
    assert refused.value.more["receipt"]["sha256"] == first["sha256"]


def test_a_locked_reading_never_changes(made: MadeStudy) -> None:
    case = first_case(made)
    lock(made.readers[0], made.study, case, "unaided", answers(70, marks=[mark()]), START)
    reading = Reading.objects.get(assignment=case, stage="unaided")
    reading.comment = "changed"
    for change in (reading.save, reading.delete, Mark.objects.get().save, Mark.objects.all().delete):
        with pytest.raises(AppendOnlyViolation):
            change()
    with pytest.raises(StudyRefused, match="This reading is locked"):
        draft(made, case, 0)


def test_ai_answers_404_before_the_unaided_lock_and_its_first_delivery_is_noted(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    with pytest.raises(StudyRefused) as refused:
        reveal_ai(user, made.study, case.pk, START)
    assert refused.value.http == 404
    lock(user, made.study, case, "unaided", answers(), START + SECOND)
    for delay in (2, 3):
        reveal_ai(user, made.study, case.pk, START + delay * SECOND)
    assert case.readings.get(stage="aided").ai_revealed_at == START + 2 * SECOND
    assert InteractionEvent.objects.filter(kind="ai_revealed").count() == 1
    lock(user, made.study, case, "aided", answers(), START + 5 * SECOND)
    with pytest.raises(StudyRefused):
        reveal_ai(user, made.study, case.pk, START + 6 * SECOND)


def test_what_a_study_has_shown_of_the_model_is_known_to_first_looks(made: MadeStudy) -> None:
    case, (user, other) = first_case(made), made.readers[:2]
    image = case.case.image
    lock(user, made.study, case, "unaided", answers(), START + SECOND)
    assert not was_shown_elsewhere(user, image)
    reveal_ai(user, made.study, case.pk, START + 2 * SECOND)
    assert was_shown_elsewhere(user, image)
    assert not was_shown_elsewhere(other, image)
    assert not was_shown_elsewhere(user, make_image())


def test_an_aided_answer_is_not_locked_before_the_model_was_shown(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    lock(user, made.study, case, "unaided", answers(20), START)
    request = LockRequest("aided", answers(80), "key", "t")
    with pytest.raises(StudyRefused, match="Open the model's output") as refused:
        lock_reading(user, made.study, case.pk, request, START + SECOND)
    assert (refused.value.code, refused.value.http) == ("ai_not_revealed", 409)
    assert SwitchEvent.objects.count() == 0
    reveal_ai(user, made.study, case.pk, START + 2 * SECOND)
    lock_reading(user, made.study, case.pk, request, START + 3 * SECOND)
    assert case.readings.get(stage="aided").state == "locked"


def test_an_inadequate_image_needs_no_model_to_be_locked_in_the_aided_stage(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    lock(user, made.study, case, "unaided", answers(20), START)
    request = LockRequest("aided", answers() | {"ratings": {}, "inadequate": "rotated"}, "key", "t")
    lock_reading(user, made.study, case.pk, request, START + SECOND)
    assert case.readings.get(stage="aided").ai_revealed_at is None


def test_the_aided_stage_starts_as_a_copy_and_writes_one_switch_per_finding(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    lock(user, made.study, case, "unaided", answers(20), START)
    copy = case.readings.get(stage="aided").drafts.get()
    assert (copy.revision, copy.body["ratings"]["lung_opacity"]["rating"]) == (1, 20)
    lock(user, made.study, case, "aided", answers(80), START + SECOND)
    rows = {
        row.finding.code: (row.before, row.after, row.before_call, row.after_call, row.verdict)
        for row in SwitchEvent.objects.all()
    }
    assert rows == {"lung_opacity": (20, 80, False, True, ""), "pleural_effusion": (1, 1, False, False, "")}


def test_an_inadequate_image_is_locked_without_ratings(made: MadeStudy) -> None:
    case = first_case(made)
    body = answers(marks=[mark()]) | {"ratings": {}, "inadequate": "rotated"}
    lock(made.readers[0], made.study, case, "unaided", body, START)
    reading = case.readings.get(stage="unaided")
    assert (set(reading.ratings.values_list("rating", "call")), reading.marks.count()) == ({(None, None)}, 0)


def test_another_readers_case_is_not_there(made: MadeStudy) -> None:
    case = first_case(made)
    first_case(made, 1)
    for action in (
        lambda user: reveal_ai(user, made.study, case.pk),
        lambda user: record_events(user, made.study, case.pk, []),
        lambda user: lock(user, made.study, case, "unaided", answers()),
    ):
        with pytest.raises(StudyRefused, match="There is no such case"):
            action(made.readers[1])


def test_a_case_that_was_not_offered_yet_is_not_there(made: MadeStudy) -> None:
    case = first_case(made)
    later = case.session.assignments.exclude(pk=case.pk).first()
    with pytest.raises(StudyRefused, match="There is no such case"):
        lock(made.readers[0], made.study, later, "unaided", answers())


def test_active_time_beyond_the_servers_is_a_clock_deviation(made: MadeStudy) -> None:
    case = first_case(made)
    lock(made.readers[0], made.study, case, "unaided", answers(active_ms=12_001), START + 10 * SECOND)
    assert (
        Deviation.objects.get(code="clock").text
        == "active time 12001 ms is longer than the 10000 ms that the server measured"
    )


def test_two_seconds_of_clock_difference_are_no_deviation(made: MadeStudy) -> None:
    case = first_case(made)
    lock(made.readers[0], made.study, case, "unaided", answers(active_ms=12_000), START + 10 * SECOND)
    assert not Deviation.objects.exists()


def test_a_pause_is_left_out_of_the_elapsed_time(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    pause_reading(user, made.study, case.pk, START + 10 * SECOND)
    resume_reading(user, made.study, case.pk, START + 10 * SECOND + timedelta(minutes=31))
    reading = case.readings.get()
    assert reading.paused_ms == 31 * 60_000
    assert Deviation.objects.get().code == "interrupted"


def test_events_are_kept_once_by_their_number(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    events = [
        {"seq": 1, "kind": "open", "client_ms": 0},
        {"seq": 2, "kind": "zoom", "client_ms": 5, "payload": {"to": 2}},
    ]
    assert record_events(user, made.study, case.pk, events, START) == (2, 2)
    assert record_events(user, made.study, case.pk, [*events, {"seq": 3, "kind": "blur"}], START) == (1, 3)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"seq": 0, "kind": "open"}, "seq 0 is not a whole number from 1"),
        ({"seq": 1, "kind": "ai_revealed"}, "kind 'ai_revealed' is not one of open"),
        ({"seq": 1, "kind": "open", "payload": {"x": "y" * 1100}}, "at most 1024 bytes"),
        ({"seq": 1, "kind": "open", "client_ms": -5}, "client_ms -5"),
        ("x", r"events\[0\] is not an object"),
    ],
)
def test_a_wrong_event_is_refused(made: MadeStudy, event: Any, text: str) -> None:
    case = first_case(made)
    with pytest.raises(StudyRefused, match=text):
        record_events(made.readers[0], made.study, case.pk, [event], START)


def test_a_paused_study_still_saves_drafts_but_locks_nothing(made: MadeStudy) -> None:
    case = first_case(made)
    pause_study(made.manager, made.study)
    assert draft(made, case, 0).revision == 1
    with pytest.raises(StudyRefused, match="The study is paused"):
        lock(made.readers[0], made.study, case, "unaided", answers(), START)
    close_study(made.manager, made.study)
    with pytest.raises(StudyRefused, match="The study is closed"):
        draft(made, case, 1)


def test_a_voided_reading_may_be_read_again_and_both_stay(made: MadeStudy) -> None:
    case, user = first_case(made), made.readers[0]
    lock(user, made.study, case, "unaided", answers(), START)
    void_reading(made.manager, made.study, case.readings.get(stage="aided"), "wrong screen")
    void_reading(made.manager, made.study, case.readings.get(stage="unaided"), "wrong screen", read_again=True)
    assert list(Deviation.objects.values_list("code", flat=True)) == ["other", "reopened"]
    found = next_assignment(user, made.study, "t", START + SECOND).assignment
    assert found is not None
    assert Reading.objects.filter(assignment=case, stage="unaided").count() == 2


def test_required_questions_are_asked_for() -> None:
    questions = [
        {"code": "quality", "type": "choice", "options": ["good", "poor"], "required": True},
        {"code": "age", "type": "number", "min": 0, "max": 120, "step": 1},
        {"code": "word", "type": "text", "regex": "^[a-z]+$"},
    ]
    made = opened(make_study(crossed_body(questions=questions), cases=2))
    case = first_case(made)
    stage = case.arm.stages[0]
    with pytest.raises(StudyRefused, match=r"Not answered yet: answers\.quality"):
        lock(made.readers[0], made.study, case, stage, answers(), START)
    for wrong in (
        {"quality": "bad"},
        {"quality": "good", "age": 121},
        {"quality": "good", "word": "A"},
        {"quality": "good", "age": "x"},
    ):
        with pytest.raises(StudyRefused, match="answer to"):
            lock(made.readers[0], made.study, case, stage, answers(answers=wrong), START)
    lock(made.readers[0], made.study, case, stage, answers(answers={"quality": "good", "age": 60, "word": "ab"}), START)
    assert case.readings.get().answers == {"quality": "good", "age": 60, "word": "ab"}
