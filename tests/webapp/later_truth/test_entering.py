"""Later truth is entered by managers and admins, checked against the image, stored once, and taken back with a reason."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.later_truth.conftest import ASKED, NOTE, asks, path_of, truth_body
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.later_truth.models import LaterTruth, LaterTruthWithdrawal
from webapp.reviews.models import AppendOnlyViolation

Enter = Callable[..., str]


def test_a_statement_is_answered_as_it_was_entered(case: Image, enter: Enter) -> None:
    key = enter(case)
    document = enter.client.get(path_of(case)).json()  # type: ignore[attr-defined]
    (row,) = document["truths"]
    assert row["id"] == key
    wanted = {
        "finding": "lung_opacity", "term": "", "title": "Lung opacity", "says": "present", "source": "ct", "source_title": "CT",
        "exam_date": "2026-11-28", "days_after": 10, "note": NOTE, "kind": "later", "entered_by": "who_enters", "is_mine": True,
        "box": {"x": 10, "y": 20, "w": 30, "h": 40},
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    choices = document["choices"]
    assert [one["code"] for one in choices["findings"]] == ["lung_opacity", "pleural_effusion"]
    assert (choices["first_day"], choices["last_day"]) == ("2026-11-18", timezone.localdate().isoformat())
    assert not {"opacity", "effusion"} & {one["code"] for one in choices["terms"]}


@pytest.mark.parametrize(("role", "status"), [("radiologist", 403), ("manager", 201), ("admin", 201)])
def test_who_may_enter_and_take_back(role: str, status: int, case: Image, enter: Enter, signed_in: Any) -> None:
    client = signed_in(role)
    assert client.get(path_of(case)).json()["choices"] is None or status == 201
    sent = client.post(path_of(case), truth_body(), content_type="application/json")
    assert sent.status_code == status
    if status == 403:
        assert sent.json()["code"] == "wrong_role"
    own = enter(case, idempotency_key="another")
    taken = client.post(
        f"{path_of(case)}{own}/withdrawal/", {"reason": "wrong patient"}, content_type="application/json"
    )
    assert taken.status_code == 404, "nobody takes back what is not open to them"
    assert Client().post(path_of(case), truth_body(), content_type="application/json").status_code in (401, 403)


def today_and(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("changes", "status", "code", "part"),
    [
        ({"finding": "cloud"}, 400, "finding_unknown", "'cloud' is not one of lung_opacity, pleural_effusion"),
        ({"finding": None}, 400, "no_subject", "neither a finding"),
        ({"term": "nodule"}, 400, "two_subjects", "name one"),
        ({"finding": None, "term": "cloud"}, 400, "not_allowed", "'cloud' is not one of"),
        (
            {"finding": None, "term": "pleural_effusion"},
            400,
            "finding_of_bundle",
            "enter it of finding 'pleural_effusion'",
        ),
        ({"says": "maybe"}, 400, "not_allowed", "says 'maybe' is not one of present, absent, cannot_judge"),
        ({"source": "dream"}, 400, "not_allowed", "is not one of ct, follow_up"),
        ({"source": "other", "note": " "}, 400, "note_missing", "names the examination"),
        ({"exam_date": "28.11.2026"}, 400, "not_allowed", "'28.11.2026' is not a day of the form"),
        ({"exam_date": "20261128"}, 400, "not_allowed", "'20261128' is not a day of the form"),
        ({"exam_date": "2026-W48-6"}, 400, "not_allowed", "'2026-W48-6' is not a day of the form"),
        ({"exam_date": "1996-11-28"}, 400, "too_early", "1996-11-28 is before 2026-11-18, when the image was taken"),
        ({"exam_date": "today_and_1"}, 400, "too_late", "is in the future"),
        ({"says": "absent"}, 400, "box_not_allowed", "where a finding was present"),
        ({"box": {"x": 0, "y": 0, "w": 0, "h": 4}}, 400, "box_empty", "box of 0 x 4"),
        ({"box": {"x": 2000, "y": 0, "w": 49, "h": 4}}, 400, "box_outside", "image of 2048 x 2500 pixels"),
        ({"note": "n" * 2001}, 400, "note_too_long", "2001 characters"),
        ({"note": "half\ud800"}, 400, "note_too_long", "plain text"),
        ({"reader": "somebody"}, 401, "other_reader", "this entry is somebody's"),
        ({"colour": "red"}, 400, "unknown_field", "'colour' is not one of"),
    ],
)
def test_bad_entries_name_what_is_wrong(
    changes: dict[str, Any], status: int, code: str, part: str, case: Image, signed_in: Any
) -> None:
    changes = {**changes, "exam_date": today_and(2)} if changes.get("exam_date") == "today_and_1" else changes
    answer = signed_in("manager").post(path_of(case), truth_body(**changes), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert part in answer.json()["text"]
    assert not LaterTruth.objects.exists()


def test_a_term_is_the_models_finding_by_its_public_code_too(
    case: Image, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = {"scheme": "SCT", "value": "36118008"}
    asks(monkeypatch, [{"key": "ptx", "title": "Pneumothorax", "code": code}])
    client: Client = enter.client  # type: ignore[attr-defined]
    assert "pneumothorax" not in {one["code"] for one in client.get(path_of(case)).json()["choices"]["terms"]}
    sent = client.post(path_of(case), truth_body(finding=None, term="pneumothorax"), content_type="application/json")
    assert (sent.status_code, sent.json()["code"], sent.json()["field"]) == (400, "finding_of_bundle", "term")
    assert "ptx" not in ASKED


def test_an_image_without_a_date_takes_any_day_there_were_radiographs(case: Image, enter: Enter) -> None:
    Image.objects.filter(pk=case.pk).update(study_date=None)
    enter(case, exam_date="1996-11-28")
    (row,) = enter.client.get(path_of(case)).json()["truths"]  # type: ignore[attr-defined]
    assert row["days_after"] is None
    refused = enter.client.post(  # type: ignore[attr-defined]
        path_of(case), truth_body(exam_date="0096-11-28"), content_type="application/json"
    )
    assert "when radiographs began" in refused.json()["text"]


def test_long_and_right_to_left_notes_are_kept_as_they_are(case: Image, enter: Enter) -> None:
    note = "ملاحظة من اليمين إلى اليسار " + "א" * 64
    enter(case, note=note)
    assert LaterTruth.objects.get().note == note


def test_sent_twice_is_stored_once(case: Image, enter: Enter) -> None:
    body = truth_body(idempotency_key="k")
    codes = [
        enter.client.post(path_of(case), body, content_type="application/json").status_code  # type: ignore[attr-defined]
        for _ in range(2)
    ]
    assert codes == [201, 200]
    other = enter.client.post(  # type: ignore[attr-defined]
        path_of(case), {**body, "says": "absent", "box": None}, content_type="application/json"
    )
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert LaterTruth.objects.count() == 1


def test_rows_are_never_changed_and_a_withdrawal_needs_a_reason(case: Image, enter: Enter) -> None:
    key = enter(case)
    truth = LaterTruth.objects.get(pk=key)
    truth.says = "absent"
    with pytest.raises(AppendOnlyViolation):
        truth.save()
    with pytest.raises(AppendOnlyViolation):
        LaterTruth.objects.update(says="absent")
    with pytest.raises(AppendOnlyViolation):
        truth.delete()
    path = f"{path_of(case)}{key}/withdrawal/"
    client: Client = enter.client  # type: ignore[attr-defined]
    assert client.post(path, {"reason": " "}, content_type="application/json").json()["code"] == "reason_missing"
    taken = client.post(path, {"reason": "another patient's scan"}, content_type="application/json")
    assert (taken.status_code, taken.json()["truths"]) == (200, [])
    assert client.post(path, {"reason": "again"}, content_type="application/json").status_code == 404
    assert LaterTruthWithdrawal.objects.get().reason == "another patient's scan"
    assert client.get("/api/later-truths/export/?as=json").json()["later_truths"] == []


def test_what_is_done_is_audited_without_the_words_of_a_note(case: Image, enter: Enter) -> None:
    key = enter(case)
    enter.client.get(path_of(case))  # type: ignore[attr-defined]
    enter.client.post(  # type: ignore[attr-defined]
        f"{path_of(case)}{key}/withdrawal/", {"reason": "wrong"}, content_type="application/json"
    )
    events = list(AccessEvent.objects.filter(target=f"image:{case.pk}").order_by("sequence"))
    assert [event.verb for event in events] == ["later_truth.entered", "see_later_truth", "later_truth.withdrawn"]
    assert NOTE not in str([event.details for event in events])
