"""The answer before the model: what is asked, stored and refused, and to whom the model opens then."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.webapp.sentinel.conftest import ASKED, drawn, first_look
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from webapp.accounts import policy
from webapp.accounts.policy import Refusal, may_fetch_ahead, may_review, may_see_predictions
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.reveal import shown_elsewhere
from webapp.reveal.embargoed import embargo_by_set
from webapp.reveal.shown_image import shown_sha256
from webapp.reviews.models.kept_row import AppendOnlyViolation
from webapp.sentinel import questions, record_look
from webapp.sentinel.models import FirstAnswer, FirstLook
from webapp.sentinel.waiting import ANSWER_FIRST, is_waiting
from webapp.viewer.worklist.cases import streams
from webapp.viewer.worklist.listing import count_states

pytestmark = pytest.mark.django_db


def look_url(image: Image) -> str:
    return f"/api/images/{image.pk}/first-look/"


def send(client: Client, image: Image, body: object, *, show: bool = False) -> Any:
    url = look_url(image) + ("show-model/" if show else "")
    return client.post(url, body, content_type="application/json")


def sees(client: Client, image: Image) -> bool:
    return client.get(f"/api/images/{image.pk}/predictions/").status_code == 200


def test_what_is_asked_tells_nothing_of_the_result(case: Image, signed_in: Callable[..., Client]) -> None:
    unseen = drawn(make_image())  # no model has looked at this one
    client = signed_in()
    asked, other = (client.get(look_url(image)).json() for image in (case, unseen))
    assert asked["state"] == "waiting"
    assert asked["findings"] == [{"key": key, "title": title} for key, title in ASKED.items()]
    for name in asked.keys() - {"url", "show_url"}:
        assert asked[name] == other[name]


def test_the_model_opens_with_the_locked_answer_to_this_reader_alone(
    case: Image, signed_in: Callable[..., Client]
) -> None:
    reader, colleague, manager = signed_in(), signed_in("radiologist", "colleague"), signed_in("manager")
    assert [sees(one, case) for one in (reader, colleague, manager)] == [False] * 3
    answer = send(reader, case, first_look())
    assert answer.status_code == 201
    assert [sees(one, case) for one in (reader, colleague, manager)] == [True, False, True]
    document = answer.json()
    assert (document["state"], document["findings"]) == ("answered", [])
    (look,) = document["looks"]
    assert (look["kind"], look["probability"], look["reader"], look["is_mine"]) == (
        "unaided",
        0.05,
        "radiologist",
        True,
    )
    assert look["answers"] == [
        {"finding": "lung_opacity", "says": "present", "confidence": 4, "box": {"x": 10, "y": 20, "w": 30, "h": 40}},
        {"finding": "pleural_effusion", "says": "absent", "confidence": None, "box": None},
    ]
    assert colleague.get(look_url(case)).json() | {"url": ""} == {
        **{"state": "waiting", "url": "", "show_url": document["show_url"], "looks": []},
        "findings": [{"key": key, "title": title} for key, title in ASKED.items()],
        "reasons": [{"code": code, "title": title} for code, title in FirstLook.Reason.choices],
    }


def test_a_look_after_a_study_showed_the_model_says_so_wherever_it_is_told(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, another = signed_in(), signed_in("radiologist", "another")
    monkeypatch.setattr(
        shown_elsewhere, "SHOWN_ELSEWHERE", [lambda person, image: (person, image) == (reader.person, case)]
    )
    assert send(reader, case, first_look()).json()["looks"][0]["kind"] == "aided"
    assert send(another, case, first_look()).status_code == 201
    told = {row["reader"]: row["kind"] for row in reader.get("/api/first-looks/export/?as=json").json()["looks"]}
    assert told == {reader.person.username: "aided", "another": "unaided"}


def test_a_second_reader_answers_first_too_and_both_are_kept(case: Image, signed_in: Callable[..., Client]) -> None:
    reader, colleague = signed_in(), signed_in("radiologist", "colleague")
    send(reader, case, first_look())
    assert send(colleague, case, first_look()).status_code == 201
    assert FirstAnswer.objects.filter(look__draw__image=case).count() == 4
    assert [look["reader"] for look in reader.get(look_url(case)).json()["looks"]] == ["radiologist", "colleague"]


def test_both_answers_are_kept_and_the_first_never_changes(case: Image, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    review = {**review_body(), "idempotency_key": str(uuid.uuid4())}
    reviews = f"/api/images/{case.pk}/reviews/"
    assert client.post(reviews, review, content_type="application/json").status_code == 403
    send(client, case, first_look())
    assert client.post(reviews, review, content_type="application/json").status_code == 201
    look = FirstLook.objects.get()
    assert (look.image_sha256, look.is_locked, len(look.sha256)) == (shown_sha256(case), True, 64)
    assert look.ai_revealed_at == look.locked_at
    with pytest.raises(AppendOnlyViolation):
        look.save()
    with pytest.raises(AppendOnlyViolation):
        FirstAnswer.objects.update(says="absent")
    with pytest.raises(AppendOnlyViolation):
        look.answers.get(finding="lung_opacity").delete()
    event = AccessEvent.objects.get(verb="first_look.locked")
    assert (event.target, event.details["sha256"]) == (f"image:{case.pk}", look.sha256)


def test_two_tabs_keep_one_row_and_the_other_is_told(case: Image, signed_in: Callable[..., Client]) -> None:
    client, body = signed_in(), first_look()
    assert send(client, case, body).status_code == 201
    assert send(client, case, body).status_code == 200  # the same delivery again: the same receipt
    told = send(client, case, first_look())
    assert (told.status_code, told.json()["code"]) == (409, "already_locked")
    assert "in another tab or on another machine" in told.json()["text"]
    assert send(client, case, {"reason": "urgent", "idempotency_key": "k"}, show=True).status_code == 409
    assert (FirstLook.objects.count(), FirstAnswer.objects.count()) == (1, 2)


def test_a_key_whose_receipt_was_lost_does_not_swallow_what_was_said_since(
    case: Image, signed_in: Callable[..., Client]
) -> None:
    client, colleague = signed_in(), signed_in("radiologist", "colleague")
    shown, body = {"reason": "urgent", "idempotency_key": "k"}, first_look()
    assert send(client, case, shown, show=True).status_code == 201
    told = send(client, case, first_look(idempotency_key="k"))
    assert (told.status_code, "you asked for the model here already" in told.json()["text"]) == (409, True)
    assert send(client, case, {**shown, "reason": "seen"}, show=True).status_code == 409
    assert send(client, case, shown, show=True).status_code == 200
    assert send(colleague, case, body).status_code == 201
    corrected = [body["answers"][0], {"finding": "pleural_effusion", "says": "present"}]
    told = send(colleague, case, {**body, "answers": corrected})
    assert (told.status_code, "you answered here already: that stands" in told.json()["text"]) == (409, True)
    assert send(colleague, case, {**shown, "idempotency_key": body["idempotency_key"]}, show=True).status_code == 409
    assert send(colleague, case, {**body, "answers": body["answers"][::-1]}).status_code == 200


def test_two_tabs_at_one_moment(case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tab is through between this one's check and its row: the database keeps one."""
    client, other = signed_in(), first_look()

    def late(user: Any, image: Image) -> Refusal:
        monkeypatch.setattr(record_look, "is_waiting", is_waiting)
        assert send(client, case, other).status_code == 201
        return ANSWER_FIRST

    monkeypatch.setattr(record_look, "is_waiting", late)
    told = send(client, case, first_look())
    assert (told.status_code, told.json()["code"]) == (409, "already_locked")
    assert (FirstLook.objects.get().lock_key, FirstAnswer.objects.count()) == (other["idempotency_key"], 2)


def test_an_urgent_need_is_served_and_kept_without_a_label(case: Image, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    body = {"reason": "urgent", "idempotency_key": "k"}
    wrong = send(client, case, {**body, "reason": "curious"}, show=True)
    assert (wrong.status_code, wrong.json()["text"]) == (400, "reason 'curious' is not one of urgent, seen, other")
    assert not sees(client, case)
    answer = send(client, case, body, show=True)
    assert (answer.status_code, answer.json()["state"], answer.json()["looks"][0]["broken"]) == (201, "shown", "urgent")
    assert sees(client, case)
    look = FirstLook.objects.get()
    assert (look.is_locked, look.answers.count(), look.sha256) == (False, 0, "")
    assert send(client, case, first_look()).status_code == 409
    assert AccessEvent.objects.get(verb="first_look.shown").details["reason"] == "urgent"


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"answers": []}, 400, "still to be answered: Lung opacity, Pleural effusion"),
    ({"answers": [{"finding": "lung_opacity", "says": "present"}]}, 400, "still to be answered: Pleural effusion"),
    ({"answers": [{"finding": "nodule", "says": "absent"}]}, 409, "the questions have changed, reload the page"),
    ({"answers": [{"finding": "lung_opacity", "says": "maybe"}]}, 400, "says 'maybe' is not one of present, absent, cannot_judge"),
    (
        {"answers": [{"finding": "lung_opacity", "says": "absent", "confidence": 6}]},
        400, "confidence 6 is not one of 1, 2, 3, 4, 5",
    ),
    (
        {"answers": [{"finding": "lung_opacity", "says": "absent", "box": {"x": 1, "y": 1, "w": 1, "h": 1}}]},
        400, "a box is where a finding is present",
    ),
    (
        {"answers": [{"finding": "lung_opacity", "says": "present", "box": {"x": 1, "y": 1, "w": 0, "h": 1}}]},
        400, "box of 0 x 1 pixels",
    ),
    (
        {"answers": [
            {"finding": "lung_opacity", "says": "present", "box": {"x": 2000, "y": 1, "w": 100, "h": 1}},
            {"finding": "pleural_effusion", "says": "absent"},
        ]},
        400, "leaves the image of 2048 x 2500 pixels",
    ),
    ({"answers": [{"finding": "lung_opacity", "says": "absent"}] * 2}, 400, "is answered twice"),
    ({"reader": "somebody"}, 401, "this answer is somebody's, and radiologist is signed in"),
    ({"more": 1}, 400, "'more' is not one of answers, idempotency_key, reader"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "status", "words"), WRONG, ids=[words for _, _, words in WRONG])
def test_what_is_no_first_look_is_refused_in_words(
    change: dict[str, Any], status: int, words: str, case: Image, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    answer = send(client, case, {**first_look(), **change})
    assert (answer.status_code, words in answer.json()["text"]) == (status, True), answer.json()
    assert not FirstLook.objects.exists()
    assert not sees(client, case)


def test_twenty_findings_are_asked_and_all_needed(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"finding_{n}": f"Finding {n}" for n in range(20)}
    monkeypatch.setattr(questions, "findings_in_service", lambda project: many)
    client = signed_in()
    assert len(client.get(look_url(case)).json()["findings"]) == 20
    given = [{"finding": key, "says": "absent"} for key in many]
    assert "Finding 19" in send(client, case, first_look(answers=given[:-1])).json()["text"]
    assert send(client, case, first_look(answers=given)).status_code == 201


def test_a_refused_case_is_answered_first_too(signed_in: Callable[..., Client]) -> None:
    image = drawn(make_image())
    make_result(image, None, "refused")
    client = signed_in()
    assert not sees(client, image)
    assert send(client, image, first_look()).status_code == 201
    assert sees(client, image)


def test_without_a_model_in_service_nothing_is_asked(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "findings_in_service", lambda project: {})
    client = signed_in()
    document = client.get(look_url(case)).json()
    assert (document["findings"], len(document["reasons"])) == ([], 3)  # the way to a result that is there stays open
    assert send(client, case, first_look()).json()["code"] == "no_questions"
    assert not sees(client, case)
    assert send(client, case, {"reason": "urgent", "idempotency_key": "k"}, show=True).status_code == 201
    assert sees(client, case)


def test_no_look_is_asked_where_chance_did_not_draw(signed_in: Callable[..., Client]) -> None:
    image = make_image()
    client = signed_in()
    assert client.get(look_url(image)).json()["state"] == "not_drawn"
    assert send(client, image, first_look()).json()["code"] == "not_asked"


def test_managers_see_after_the_first_look_and_are_not_asked_then(
    case: Image, signed_in: Callable[..., Client]
) -> None:
    for role in ("manager", "admin"):
        assert may_see_predictions(make_user(f"a {role}", role), case) == ANSWER_FIRST
    send(signed_in(), case, first_look())
    admin = signed_in("admin")
    assert sees(admin, case)
    assert admin.get(look_url(case)).json()["state"] == "open"
    assert send(admin, case, first_look()).json()["code"] == "not_asked"  # shown already: it would not be unaided


def test_an_image_of_a_study_under_way_takes_no_first_look(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_study = Refusal("in_study", "This case is in your study.")
    rule = embargo_by_set(lambda user: [case.pk], in_study)
    monkeypatch.setattr(policy, "EMBARGOES", [rule, is_waiting])
    client = signed_in()
    assert client.get(look_url(case)).json()["code"] == "in_study"
    assert send(client, case, first_look()).json()["code"] == "in_study"
    assert may_review(client.person, case) == in_study
    assert client.get(f"/images/{case.pk}/").context["boot"]["answer_first"] is None


def test_a_case_that_a_colleague_has_read_is_read_in_every_list_and_stays_hidden(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, colleague = signed_in(), signed_in("radiologist", "colleague")
    send(colleague, case, first_look())
    assert [row.state for row in reader.get("/").context["rows"]] == ["hidden"]  # a look is no review
    sent = {**review_body(), "idempotency_key": "k"}
    assert colleague.post(f"/api/images/{case.pk}/reviews/", sent, content_type="application/json").status_code == 201
    assert not reader.get("/?state=open").context["rows"]
    for address in ("/?state=read", "/?state=all"):
        (row,) = reader.get(address).context["rows"]
        assert (row.state, row.sentence) == ("read", "Read by a colleague; your look is open.")
        assert (row.meter, row.review, row.failures) == (None, "", ())
    assert not reader.get("/?state=all&site=HIL").context["rows"]
    assert not reader.get("/?state=all&finding=lung_opacity").context["rows"]
    counts = {key: count.number for key, count in count_states(streams(reader.person)).items()}
    assert (counts["read"], counts["hidden"]) == (1, 0)
    assert not sees(reader, case)
    in_study = embargo_by_set(lambda user: [case.pk], Refusal("in_study", "This case is in your study."))
    monkeypatch.setattr(policy, "EMBARGOES", [in_study, is_waiting])
    assert [row.state for row in reader.get("/").context["rows"]] == ["hidden"]


def test_the_picture_of_a_drawn_case_may_be_fetched_ahead_but_not_of_a_study(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in()
    assert may_fetch_ahead(reader.person, case) is None
    assert may_see_predictions(reader.person, case) == ANSWER_FIRST
    in_study = Refusal("in_study", "This case is in your study.")
    monkeypatch.setattr(policy, "EMBARGOES", [is_waiting, embargo_by_set(lambda user: [case.pk], in_study)])
    assert may_fetch_ahead(reader.person, case) == in_study


def test_the_worklist_says_of_each_hidden_case_why(
    case: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    studied, by_rule = make_image(patient_id="STUDIED"), make_image(patient_id="BY-RULE")
    in_study, told = Refusal("in_study", "This case is in your study."), Refusal("x", "Hidden by a rule.")
    rule = lambda user, image: told if image.patient_id == "BY-RULE" else None  # noqa: E731
    monkeypatch.setattr(policy, "EMBARGOES", [embargo_by_set(lambda user: [studied.pk], in_study), rule, is_waiting])
    rows = signed_in().get("/?state=hidden").context["rows"]
    assert {row.id: row.sentence for row in rows} == {
        case.pk: ANSWER_FIRST.text,
        studied.pk: in_study.text,
        by_rule.pk: told.text,
    }
