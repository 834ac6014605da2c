"""An answer that is taken back: a record of its own, and nowhere an answer any more."""

import importlib
import json
import re
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from reader_study.services.choose_cases import CaseFilter, _by_review
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.reviews.models import CaseReview
from webapp.reviews.record_review import record_review
from webapp.reviews.review_body import ReviewRefused
from webapp.training_set.select_cases import select_cases

PLACES = (
    "/api/images/{image}/reviews/",
    "/api/reviews/export/",
    "/api/reviews/export/?as=json",
    "/api/reviews/export/?current=1",
    "/api/reviews/export/?failures=1&as=json",
    "/failures/",
    "/failures/report/",
    "/?state=all",
    "/?state=open",
    "/?state=read",
)


def taken_back(**changes: Any) -> dict[str, Any]:
    return review_body(verdict="withdrawn", failure=None, confidence=None, note="", **changes)


def said_everywhere(client: Client, image: Image) -> dict[str, str]:
    """What each page and export says, without the tokens that change with every answer."""
    found = {}
    for place in PLACES:
        text = client.get(place.format(image=image.pk)).content.decode()
        found[place] = re.sub(
            r'nonce="[^"]*"|value="[A-Za-z0-9]{64}"|token[^,]*|\d\d:\d\d:\d\d|data-cursor="[^"]*"|>\d+ s</time>',
            "",
            text,
        )
    return found


def labels(person: User) -> Any:
    return [(case.image.pk, case.labels) for case in select_cases(person, Project.default()).cases]


@pytest.fixture
def manager(db: None) -> User:
    return make_user("mary", "manager")


def test_answer_and_withdrawal_leave_what_never_answering_leaves(
    reader_client: Client, reader: User, manager: User, case: Image
) -> None:
    before, before_labels = said_everywhere(reader_client, case), labels(manager)
    first, _ = record_review(reader, case, review_body())
    record_review(reader, case, review_body(verdict="wrong_place", replaces=str(first.pk)))
    assert said_everywhere(reader_client, case) != before
    assert labels(manager) != before_labels

    record_review(reader, case, taken_back())

    after = said_everywhere(reader_client, case)
    for place in PLACES:
        assert after[place] == before[place], place
    assert labels(manager) == before_labels
    wanted = CaseFilter(verdict="", failure_site="", has_failure=True)
    assert not _by_review(Image.objects.all(), wanted).exists()


def test_the_record_keeps_answer_and_withdrawal(reader: User, case: Image) -> None:
    answer, _ = record_review(reader, case, review_body())
    withdrawal, _ = record_review(reader, case, taken_back(replaces=str(answer.pk)))
    rows = CaseReview.objects.order_by("created_at")
    assert [(row.verdict, row.outcome, row.replaces_id) for row in rows] == [
        ("false_positive", "FP", None),
        ("withdrawn", "", answer.pk),
    ]
    assert answer.answer == withdrawal.answer
    details = AccessEvent.objects.filter(verb="review").order_by("sequence").last()
    assert details is not None
    assert details.details["verdict"] == "withdrawn"


def test_who_answers_again_has_that_answer_alone(reader_client: Client, reader: User, case: Image) -> None:
    record_review(reader, case, review_body())
    record_review(reader, case, taken_back())
    again, _ = record_review(reader, case, review_body(verdict="agree", failure=None))
    listed = reader_client.get("/api/reviews/export/?as=json").json()["reviews"]
    assert [row["review"] for row in listed] == [str(again.pk)]
    assert list(CaseReview.objects.current()) == [again]


def test_it_takes_back_the_own_answer_on_one_finding_only(reader: User, other_reader: User, case: Image) -> None:
    kept = [
        record_review(reader, case, review_body(finding="pleural_effusion"))[0],
        record_review(other_reader, case, review_body())[0],
    ]
    record_review(reader, case, review_body())
    record_review(reader, case, taken_back())
    assert set(CaseReview.objects.standing()) == set(kept)
    with pytest.raises(ReviewRefused, match="not a review of yours"):
        record_review(reader, case, taken_back(replaces=str(kept[1].pk)))


def test_answers_to_two_models_are_two_answers(reader: User, case: Image) -> None:
    # Seen: an answer to the newer model replaced that to the older, and taking it back erased both.
    newer = "c0" + "1" * 62
    make_result(case, bundle_id=newer)
    older, _ = record_review(reader, case, review_body())
    with pytest.raises(ReviewRefused, match="by this model"):
        record_review(reader, case, review_body(bundle=newer, replaces=str(older.pk)))
    record_review(reader, case, review_body(bundle=newer))
    record_review(reader, case, taken_back(bundle=newer))
    assert list(CaseReview.objects.current()) == [older]
    assert list(CaseReview.objects.standing()) == [older]


@pytest.mark.parametrize("answers", [0, 1])
def test_nothing_can_be_taken_back_where_nothing_stands(
    reader_client: Client, reader: User, case: Image, answers: int
) -> None:
    for _ in range(answers):
        record_review(reader, case, review_body())
        record_review(reader, case, taken_back())
    answer = reader_client.post(f"/api/images/{case.pk}/reviews/", taken_back(), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_withdraw")


@pytest.mark.parametrize(
    ("more", "code"),
    [({"confidence": 3}, "confidence_not_allowed"), ({"failure": review_body()["failure"]}, "failure_not_allowed")],
)
def test_a_withdrawal_says_nothing_of_the_finding(reader_client: Client, case: Image, more: Any, code: str) -> None:
    body = taken_back() | more
    answer = reader_client.post(f"/api/images/{case.pk}/reviews/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_withdrawal_sent_twice_is_one(reader: User, case: Image) -> None:
    record_review(reader, case, review_body())
    body = taken_back()
    first = record_review(reader, case, body)
    assert record_review(reader, case, body) == (first[0], False)


def test_what_undo_had_stored_before_becomes_a_withdrawal(reader: User, case: Image) -> None:
    chain = importlib.import_module("webapp.reviews.migrations.0003_what_undo_had_stored").chain_answers
    answer, _ = record_review(reader, case, review_body())
    undo, _ = record_review(
        reader, case, review_body(verdict="cannot_judge", failure=None, confidence=None, note="withdrawn")
    )
    again, _ = record_review(reader, case, review_body(verdict="agree", failure=None))
    image = make_image()
    make_result(image)
    record_review(reader, image, review_body())
    last, _ = record_review(
        reader, image, review_body(verdict="cannot_judge", failure=None, confidence=None, note="withdrawn")
    )
    own, _ = record_review(
        reader, case, review_body(finding="pleural_effusion", verdict="cannot_judge", failure=None, note="")
    )
    stored = json.dumps(sorted(CaseReview.objects.values_list("id", "verdict", "note"), key=str), default=str)

    chain(apps_without_guard(), None)

    assert set(CaseReview.objects.standing()) == {again, own}
    assert set(CaseReview.objects.current()) == {again, own}
    rows = [row for row in CaseReview.objects.values_list("id", "verdict", "note") if row[1] != "withdrawn"]
    assert json.dumps(sorted(rows, key=str), default=str) == stored  # nothing that was said is rewritten
    made = CaseReview.objects.filter(verdict="withdrawn")
    assert {row.replaces_id for row in made} == {None, last.pk}
    assert {row.created_at for row in made} == {undo.created_at, last.created_at}
    assert answer.pk in set(CaseReview.objects.values_list("answer", flat=True))


def apps_without_guard() -> Any:
    """The models as a migration sees them: rows may be changed."""
    return MigrationLoader(None).project_state(("reviews", "0004_answer_always")).apps
