"""A protocol may ask for a display check: no session and no case is opened in a sitting without one, whoever asks and however."""

from typing import Any

import pytest
from django.test import Client

from reader_study.models import Assignment, ReadingSession
from reader_study.refusal import StudyRefused
from reader_study.results.exports.study_json import study_json
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from tests.reader_study.studies.study_factory import MadeStudy, answers, crossed_body, lock, make_study, opened
from webapp.accounts.sitting import sitting_of
from webapp.display_check.ask_and_judge import Screen, ask, judge

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def made() -> MadeStudy:
    return opened(make_study(crossed_body(reading={"marks": ["box"], "display_check": True}), cases=4, readers=1))


class Browser:
    """A reader at one browser: one sitting."""

    def __init__(self, made: MadeStudy) -> None:
        self.made, self.reader, self.client = made, made.readers[0], Client()
        self.client.force_login(self.reader)
        self.study = f"/api/studies/{made.study.pk}/"

    def check_display(self, *, sees_all: bool = True, screen: Screen | None = None) -> None:
        sitting = sitting_of(self.client.session)
        check = ask(self.reader, sitting)
        judge(
            self.reader,
            sitting,
            check.pk,
            check.places if sees_all else dict.fromkeys(check.places, 0),
            screen or Screen(),
        )

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"X-Tab": "t", "Idempotency-Key": path}
        return self.client.post(f"{self.study}{path}", body or {}, content_type=JSON, headers=headers)

    def open_session(self) -> Any:
        return self.post(f"sessions/{ReadingSession.objects.order_by('ordinal').first().pk}/open/")  # type: ignore[union-attr]

    def page(self) -> Any:
        return self.client.get(f"/studies/{self.made.study.pk}/read/")


def test_nothing_opens_before_the_check_and_all_after_it(made: MadeStudy) -> None:
    browser = Browser(made)
    for answer in (browser.open_session(), browser.post("next/")):
        assert (answer.status_code, answer.json()["code"]) == (409, "display_check")
    assert browser.page()["Location"] == f"/display-check/?next=%2Fstudies%2F{made.study.pk}%2Fread%2F"
    browser.check_display(sees_all=False)
    assert browser.open_session().status_code == 409
    browser.check_display()
    assert browser.page().status_code != 302
    assert browser.open_session().status_code == 200
    assert browser.post("next/").json()["state"] == "reading"


def test_another_sitting_asks_again_and_keeps_what_was_answered(made: MadeStudy) -> None:
    first = Browser(made)
    first.check_display()
    first.open_session()
    begun = first.post("next/").json()["assignment"]
    case, stage = begun["id"], begun["stage"]
    second = Browser(made)
    assert second.post("next/", {"take_over": True}).json()["code"] == "display_check"  # the begun case, too
    paths = [f"{second.study}assignments/{case}/{part}/" for part in ("header", "frame", "ai", "ai/maps/gradcam")]
    assert [second.client.get(path).json()["code"] for path in paths] == ["display_check"] * 4
    assert first.client.get(paths[0]).json().get("code") != "display_check"
    draft = {"stage": stage, "base_revision": 0, "body": answers(70), "idempotency_key": "k", "tab": "t"}
    kept = second.client.put(f"{second.study}assignments/{case}/draft/", draft, content_type=JSON)
    assert kept.status_code == 200  # what was typed before the session ended is taken in the next
    second.check_display()
    again = second.post("next/", {"take_over": True}).json()["assignment"]
    assert again["id"] == case
    assert again["draft"]["body"]["ratings"]["lung_opacity"]["rating"] == 70


def test_a_colleagues_check_opens_nothing(made: MadeStudy) -> None:
    browser = Browser(made)
    sitting = sitting_of(browser.client.session)
    check = ask(made.manager, sitting)
    judge(made.manager, sitting, check.pk, check.places, Screen())
    assert browser.open_session().json()["code"] == "display_check"


def test_a_program_that_has_no_sitting_opens_nothing(made: MadeStudy) -> None:
    session = ReadingSession.objects.order_by("ordinal").first()
    assert session
    with pytest.raises(StudyRefused, match="asks for a display check in each sitting"):
        open_session(made.readers[0], session)
    with pytest.raises(StudyRefused, match="asks for a display check in each sitting"):
        next_assignment(made.readers[0], made.study)


def test_other_studies_ask_for_none() -> None:
    browser = Browser(opened(make_study(cases=4, readers=1)))
    assert browser.page().status_code != 302
    assert browser.open_session().status_code == 200
    assert browser.post("next/").json()["state"] == "reading"


def test_the_export_names_the_check_of_the_sitting_that_opened_the_case_last(made: MadeStudy) -> None:
    first, second = Browser(made), Browser(made)
    first.check_display()
    first.open_session()
    begun = first.post("next/").json()["assignment"]
    second.check_display(screen=Screen(1600, 1200, 2.0))
    second.post("next/", {"take_over": True})
    lock_it(made, begun["id"])
    other = next_assignment(first.reader, made.study, "t", sitting=sitting_of(first.client.session)).assignment
    assert other
    lock_it(made, other.pk)
    document = study_json(made.study)
    assert [row["display_check"] for row in document["readings"]] == [
        {"day": 0, "screen_width": 1600, "screen_height": 1200, "pixel_ratio": 2.0},
        {"day": 0, "screen_width": None, "screen_height": None, "pixel_ratio": None},
    ]


def test_the_export_says_where_no_check_was() -> None:
    made = opened(make_study(crossed_body(), cases=4, readers=1))
    browser = Browser(made)
    browser.open_session()
    lock_it(made, browser.post("next/").json()["assignment"]["id"])
    document = study_json(made.study)
    assert [row["display_check"] for row in document["readings"]] == [None]


def lock_it(made: MadeStudy, key: Any) -> None:
    assignment = Assignment.objects.get(pk=key)
    lock(made.readers[0], made.study, assignment, assignment.arm.stages[0], answers(70, marks=[]))
