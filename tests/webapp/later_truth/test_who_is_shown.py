"""Nobody is shown what was found later before the own answer to the finding; each way round is tried here."""

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.later_truth.conftest import ASKED, NOTE, asks, path_of, truth_body
from tests.webapp.sentinel.conftest import drawn, first_look
from tests.webapp.viewer.case_factory import make_image, make_result, review_body
from webapp.accounts import policy
from webapp.accounts.policy import Refusal
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.later_truth.models import LaterTruthShown
from webapp.later_truth.visible import standing_truths
from webapp.reveal.embargoed import embargo_by_set
from webapp.reviews.models import CaseReview

Enter = Callable[..., str]
SIGNED = Callable[..., Client]


def everything(client: Client, image: Image) -> str:
    """All that the addresses of later truth tell this person, and the pages that count it."""
    paths = [path_of(image), "/later-truth/", "/", "/api/later-truths/export/?as=json", "/api/later-truths/export/"]
    return "".join(client.get(path).content.decode() for path in paths)


def tells(client: Client, image: Image) -> bool:
    text = everything(client, image)
    return NOTE in text or "of yours ha" in client.get("/").content.decode()


def answer(client: Client, image: Image, finding: str = "lung_opacity", **changes: Any) -> dict[str, Any]:
    body = review_body(finding=finding, **changes)
    sent = client.post(f"/api/images/{image.pk}/reviews/", body, content_type="application/json")
    assert sent.status_code == 201, sent.json()
    return dict(sent.json())


def test_it_comes_with_the_own_answer_on_the_finding(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    reader, colleague = signed_in("radiologist", "reader"), signed_in("radiologist", "colleague")
    before = reader.get(path_of(case)).json()
    enter(case)
    assert reader.get(path_of(case)).json() == before == {"truths": [], "choices": None}
    answer(reader, case, "pleural_effusion", verdict="agree", failure=None)
    assert not tells(reader, case), "an answer on another finding opens nothing"
    answer(reader, case)
    assert reader.get(path_of(case)).json()["truths"][0]["says"] == "present"
    assert tells(reader, case)
    assert not tells(colleague, case), "a colleague's answer opens nothing"


def test_an_answer_that_is_taken_back_closes_it_again(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    enter(case)
    reader = signed_in()
    answer(reader, case)
    assert tells(reader, case)
    answer(reader, case, verdict="withdrawn", failure=None, confidence=None, note="")
    assert not tells(reader, case)


def test_a_manager_who_reads_is_not_shown_it_on_the_case_before_either(
    case: Image, enter: Enter, signed_in: SIGNED
) -> None:
    enter(case)
    manager = signed_in("manager")
    assert manager.get(path_of(case)).json()["truths"] == []
    assert NOTE in manager.get("/api/later-truths/export/").content.decode(), "who takes the labels out has them"


def test_the_export_of_a_reader_holds_what_is_open_to_them(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    enter(case)
    enter(make_image(patient_id="ELSE"), note="of another case")
    reader = signed_in()
    answer(reader, case)
    text = reader.get("/api/later-truths/export/").content.decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["kind"], row["says"], row["source"], row["days_after"], row["note"]) == (
        "later", "present", "ct", "10", NOTE,
    )  # fmt: skip
    assert reader.get("/api/later-truths/export/?as=xml").json()["text"] == "as 'xml' is not one of csv, json"
    assert "004-" not in text
    assert "2026-11-28" not in text, "days, no dates"


def test_a_statement_beyond_the_models_findings_comes_with_any_answer(
    case: Image, enter: Enter, signed_in: SIGNED
) -> None:
    enter(case, finding=None, term="rib_fracture", note="rib fracture")
    reader = signed_in()
    assert reader.get(path_of(case)).json()["truths"] == []
    answer(reader, case, "pleural_effusion", verdict="agree", failure=None)
    assert reader.get(path_of(case)).json()["truths"][0]["note"] == "rib fracture"


def test_the_look_before_the_model_comes_first(enter: Enter, signed_in: SIGNED) -> None:
    """A drawn case: nothing before the look, and the locked answers are answers; the model without an answer is none."""
    image = make_image()
    make_result(image)
    enter(image)
    drawn(image)
    reader, other, manager = signed_in("radiologist", "r"), signed_in("radiologist", "o"), signed_in("manager", "m")
    for client in (reader, other, manager):
        assert client.get(path_of(image)).status_code == 403
        assert not tells(client, image)
    other.post(
        f"/api/images/{image.pk}/first-look/show-model/",
        {"reason": "urgent", "idempotency_key": "k"},
        content_type="application/json",
    )
    assert other.get(path_of(image)).json()["truths"] == []
    assert not tells(other, image)
    assert not tells(reader, image)
    locked = reader.post(f"/api/images/{image.pk}/first-look/", first_look(), content_type="application/json")
    assert locked.status_code == 201
    assert tells(reader, image)


def test_an_embargo_hides_it_whatever_was_answered(
    case: Image, enter: Enter, signed_in: SIGNED, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(case)
    reader = signed_in()
    answer(reader, case)
    monkeypatch.setattr(policy, "EMBARGOES", [*policy.EMBARGOES])
    hidden = embargo_by_set(lambda user: [case.pk] if user == reader.person else [], Refusal("in_study", "Hidden."))
    policy.register_embargo(hidden)
    assert reader.get(path_of(case)).status_code == 403
    assert not tells(reader, case)
    assert standing_truths(None).count() == 1


def test_looking_first_asks_for_nothing_more(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    """The key that shows the model before the answer shows no truth: the server keeps it."""
    enter(case)
    reader = signed_in()
    reader.person.look_first = True
    reader.person.save()
    reader.get(f"/api/images/{case.pk}/predictions/")
    page = reader.get(f"/images/{case.pk}/").content.decode()
    assert NOTE not in page
    assert not tells(reader, case)


def test_a_model_that_asks_no_more_leaves_any_own_answer(
    case: Image, enter: Enter, signed_in: SIGNED, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(case)
    reader = signed_in()
    answer(reader, case, "pleural_effusion", verdict="agree", failure=None)
    assert not tells(reader, case)
    asks(monkeypatch, [{"key": "pleural_effusion", "title": "E", "code": None}])
    assert tells(reader, case)
    assert "lung_opacity" in ASKED


def test_a_model_whose_file_cannot_be_read_leaves_terms_alone_to_any_own_answer(
    case: Image, enter: Enter, signed_in: SIGNED, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(case)
    enter(case, finding=None, term="rib_fracture", note="rib fracture")
    reader = signed_in()
    Project.objects.filter(pk=case.project_id).update(active_bundle="f" * 64)
    asks(monkeypatch, [])
    answer(reader, case, "pleural_effusion", verdict="agree", failure=None)
    assert [row["term"] for row in reader.get(path_of(case)).json()["truths"]] == ["rib_fracture"]
    assert not tells(reader, case)
    answer(reader, case)
    assert len(reader.get(path_of(case)).json()["truths"]) == 2


@pytest.mark.parametrize("code", [None, {"scheme": "SCT", "value": "36118008"}])
def test_a_term_that_the_model_asks_by_now_comes_with_that_answer(
    code: dict[str, str] | None, case: Image, enter: Enter, signed_in: SIGNED, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its key, or by a key of its own with the public code of the term."""
    enter(case, finding=None, term="pneumothorax")
    key = "ptx" if code else "pneumothorax"
    asks(monkeypatch, [{"key": name, "title": name, "code": code if name == key else None} for name in (key, *ASKED)])
    result = case.predictions.get()
    result.document["findings"].append({**result.document["findings"][0], "key": key})
    result.save()
    reader = signed_in()
    answer(reader, case)
    assert not tells(reader, case)
    answer(reader, case, key, verdict="agree", failure=None)
    assert tells(reader, case)


@pytest.mark.parametrize("verdict", ["refusal_right", "refusal_wrong"])
def test_what_is_said_of_a_refusal_opens_nothing(verdict: str, enter: Enter, signed_in: SIGNED) -> None:
    image = make_image()
    make_result(image, None, "refused", image_sha256=image.stored_sha256)
    enter(image)
    enter(image, finding=None, term="rib_fracture")
    reader = signed_in()
    answer(reader, image, verdict=verdict, failure=None, confidence=None, note="")
    assert not tells(reader, image)
    answer(reader, image, verdict="present", failure=None, note="")
    assert tells(reader, image)


def test_what_an_answer_to_an_entry_tells_of_others_is_kept_too(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    of_other = enter(case)
    reader = signed_in("manager")
    answer(reader, case)
    sent = reader.post(path_of(case), truth_body(source="follow_up"), content_type="application/json").json()
    (own,) = (row["id"] for row in sent["truths"] if row["is_mine"])
    known = LaterTruthShown.objects.filter(person=reader.person).values_list("truth", flat=True)
    assert {str(pk) for pk in known} == {of_other, own}
    looks = AccessEvent.objects.filter(verb="see_later_truth", actor=reader.person)
    assert [look.details["truths"] for look in looks] == [[of_other]]


def test_since_when_it_is_known_is_kept_once(case: Image, enter: Enter, signed_in: SIGNED) -> None:
    enter(case)
    reader = signed_in()
    answer(reader, case)
    assert LaterTruthShown.objects.filter(person=reader.person).count() == 0
    reader.get(path_of(case))
    since = LaterTruthShown.objects.get(person=reader.person).since
    LaterTruthShown.objects.update(since=since - datetime.timedelta(days=1))
    reader.get("/later-truth/")
    assert LaterTruthShown.objects.get(person=reader.person).since < timezone.now() - datetime.timedelta(hours=23)
    assert CaseReview.objects.count() == 1
