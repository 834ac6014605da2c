"""Each reader gets back what they had said, for themselves alone; knowing it changes nothing of that any more."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.counted_looks import counted_looks
from tests.webapp.later_truth.conftest import path_of
from tests.webapp.later_truth.test_who_is_shown import answer
from tests.webapp.sentinel.conftest import drawn, first_look
from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.later_truth.models import LaterTruthShown
from webapp.later_truth.own_cases import Outcome, count_own_cases, own_cases

Enter = Callable[..., str]
SIGNED = Callable[..., Client]


def outcomes(person: Any) -> list[str]:
    return [one.outcome.value for case in own_cases(person) for one in case.findings]


def said(person: Any) -> list[str | None]:
    return [one.said.text if one.said else None for case in own_cases(person) for one in case.findings]


def test_agreed_and_differed_are_counted_for_the_reader_alone(enter: Enter, signed_in: SIGNED) -> None:
    reader, colleague = signed_in("radiologist", "zebra"), signed_in("radiologist", "colleague")
    cases = [make_image(patient_id=f"P{n}") for n in range(3)]
    for image in cases:
        make_result(image, image_sha256=image.stored_sha256)
    answer(reader, cases[0])  # false positive
    answer(reader, cases[1], verdict="agree", failure=None)
    answer(reader, cases[2], verdict="cannot_judge", failure=None)
    answer(colleague, cases[0], verdict="agree", failure=None)
    for image in cases:
        enter(image)
    assert "Later truth on 3 cases of yours, 3 not seen yet" in text_of(reader.get("/"))
    page = text_of(reader.get("/later-truth/"))
    assert "3 cases of yours have later truth; 1 agreed, 1 differed, 1 not compared" in page
    assert f"/images/{cases[0].pk}/" in reader.get("/later-truth/").content.decode()
    assert "Later truth on 3 cases of yours" in text_of(reader.get("/"))
    assert "not seen" not in text_of(reader.get("/"))
    assert "1 case of yours has later truth; 1 agreed, 0 differed" in text_of(colleague.get("/later-truth/"))
    manager = enter.client  # type: ignore[attr-defined]
    for path in ("/later-truth/", "/api/later-truths/export/?as=json", path_of(cases[0]), "/"):
        told = manager.get(path).content.decode()
        assert "differed" not in told
        assert reader.person.username not in told


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def test_what_was_changed_after_it_was_known_does_not_count(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    reader = signed_in()
    answer(reader, case)
    answer(reader, case, confidence=2)
    enter(case)
    answer(reader, case, confidence=3)  # not knowing yet
    assert said(reader.person) == ["false positive"]
    assert outcomes(reader.person) == ["differed"]
    reader.get(path_of(case))
    answer(reader, case, verdict="agree", failure=None)
    assert outcomes(reader.person) == ["differed"]
    enter(case, source="follow_up", idempotency_key="second")
    assert outcomes(reader.person) == ["differed", "differed"], "another statement on it comes too late, too"


def test_taking_the_answer_back_after_it_was_known_and_giving_another_changes_nothing(
    case: Image, enter: Enter, signed_in: SIGNED
) -> None:
    reader = signed_in()
    answer(reader, case)
    enter(case)
    reader.get("/later-truth/")
    answer(reader, case, verdict="withdrawn", failure=None, confidence=None, note="")
    assert own_cases(reader.person) == [], "closed while there is no answer"
    answer(reader, case, verdict="agree", failure=None)
    assert (said(reader.person), outcomes(reader.person)) == (["false positive"], ["differed"])


def test_who_entered_it_had_to_read_before(case: Image, enter: Enter) -> None:
    manager = enter.client  # type: ignore[attr-defined]
    enter(case)
    assert own_cases(manager.person) == []
    answer(manager, case, verdict="agree", failure=None)
    assert outcomes(manager.person) == ["not compared"], "answered with the scan in hand"
    assert count_own_cases(manager.person) == (1, 0)


def test_what_was_only_entered_takes_no_place_of_what_was_read(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page and the notice on the worklist count the same cases."""
    monkeypatch.setattr("webapp.later_truth.own_cases.MOST_CASES", 2)
    manager = enter.client  # type: ignore[attr-defined]
    read, twice, only_entered = (make_image(patient_id=f"P{n}") for n in range(3))
    for image in (read, twice):
        make_result(image, image_sha256=image.stored_sha256)
        answer(manager, image)
        enter(image)
    enter(twice, source="follow_up")
    for source in ("ct", "follow_up", "pathology"):
        enter(only_entered, source=source)
    assert [case.image for case in own_cases(manager.person)] == [twice, read]
    assert count_own_cases(manager.person) == (2, 0)
    monkeypatch.setattr("webapp.later_truth.own_cases.MOST_CASES", 1)
    (newest,) = own_cases(manager.person)
    assert (newest.image, len(newest.findings)) == (twice, 2)


def test_a_view_of_the_list_is_one_row_and_no_look_and_the_case_itself_is_one(
    case: Image, enter: Enter, signed_in: SIGNED
) -> None:
    """What washout counts is the case that is opened; since when each statement is known is kept for all that are listed."""
    reader, other = signed_in(), make_image(patient_id="OTHER")
    make_result(other, image_sha256=other.stored_sha256)
    keys = set()
    for image in (case, other):
        answer(reader, image)
        keys |= {enter(image), enter(image, source="follow_up")}
    before = [counted_looks(image, reader.person) for image in (case, other)]
    rows = AccessEvent.objects.filter(actor=reader.person).count()
    for _ in range(2):
        reader.get("/later-truth/")
    assert AccessEvent.objects.filter(actor=reader.person).count() == rows + 2
    views = AccessEvent.objects.filter(verb="list_later_truths", actor=reader.person)
    assert [(view.details["count"], set(view.details["shown"])) for view in views] == [(2, keys)] * 2
    assert [counted_looks(image, reader.person) for image in (case, other)] == before
    known = LaterTruthShown.objects.filter(person=reader.person).values_list("truth", flat=True)
    assert {str(pk) for pk in known} == keys
    for path in (path_of(case), f"/images/{case.pk}/"):
        reader.get(path)
    looks = AccessEvent.objects.filter(verb__in=("see_later_truth", "open"), target=f"image:{case.pk}")
    assert looks.count() >= 2
    assert counted_looks(case, reader.person) >= before[0] + 2
    assert counted_looks(other, reader.person) == before[1]


def test_an_empty_list_tells_nothing_and_leaves_no_row(signed_in: SIGNED) -> None:
    reader = signed_in()
    reader.get("/later-truth/")
    assert not AccessEvent.objects.filter(verb="list_later_truths").exists()


def test_a_look_before_the_model_is_a_word_and_a_review_after_it_the_newer_one(enter: Enter, signed_in: SIGNED) -> None:
    image = make_image()
    make_result(image, image_sha256=image.stored_sha256)
    reader = signed_in()
    enter(image)
    drawn(image)
    reader.post(f"/api/images/{image.pk}/first-look/", first_look(), content_type="application/json")
    assert (said(reader.person), outcomes(reader.person)) == (["present, before the model"], ["agreed"])
    answer(reader, image)
    assert (said(reader.person), outcomes(reader.person)) == (["false positive"], ["differed"])


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        ({"says": "present"}, [Outcome.AGREED] * 2),
        ({"says": "absent", "box": None}, [Outcome.NOT_COMPARED] * 2),
        ({"says": "cannot_judge", "box": None}, [Outcome.NOT_COMPARED, Outcome.AGREED]),
    ],
)
def test_examinations_that_contradict_each_other_compare_nothing(
    second: dict[str, Any], wanted: list[Outcome], case: Image, enter: Enter, signed_in: SIGNED
) -> None:
    reader = signed_in()
    answer(reader, case, verdict="agree", failure=None)
    enter(case)
    enter(case, source="follow_up", **second)
    (own,) = own_cases(reader.person)
    assert [one.outcome for one in own.findings] == wanted
    assert own.outcome == (Outcome.AGREED if Outcome.AGREED in wanted else Outcome.NOT_COMPARED)


def test_a_statement_that_was_taken_back_is_gone_from_the_page(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    reader = signed_in()
    answer(reader, case)
    key = enter(case)
    assert count_own_cases(reader.person) == (1, 1)
    enter.client.post(  # type: ignore[attr-defined]
        f"{path_of(case)}{key}/withdrawal/", {"reason": "wrong"}, content_type="application/json"
    )
    assert (own_cases(reader.person), count_own_cases(reader.person)) == ([], (0, 0))


def test_the_page_asks_the_database_as_often_for_many_cases_as_for_one(
    case: Image, enter: Enter, signed_in: SIGNED, django_assert_max_num_queries: Any
) -> None:
    reader = signed_in()
    for n in range(6):
        image = make_image(patient_id=f"Q{n}")
        make_result(image, image_sha256=image.stored_sha256)
        answer(reader, image)
        enter(image)
    with django_assert_max_num_queries(8):
        own_cases(reader.person)
    with CaptureQueriesContext(connection) as asked:
        assert reader.get("/later-truth/").content.decode().count('data-testid="own-finding"') == 6
    of_projects = [one for one in asked.captured_queries if 'FROM "archive_project"' in one["sql"]]
    assert len(of_projects) == 1, "not once per statement"
