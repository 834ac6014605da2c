"""POST and GET /api/images/{uid}/reviews/."""

import uuid
from typing import Any

import pytest
from django.test import Client

from tests.webapp.openapi_check import broken_promises
from tests.webapp.viewer.case_factory import BUNDLE, SCRIPT, make_image, make_result, review_body
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.refused import Refused
from webapp.reviews import record_review as service
from webapp.reviews.failure_scheme import VERSION_1
from webapp.reviews.models import CaseReview
from webapp.reviews.record_review import record_review
from webapp.reviews.review_body import ReviewRefused, read_review_body


def post(client: Client, image: Image, body: Any) -> Any:
    path = f"/api/images/{image.pk}/reviews/"
    answer = client.post(path, body, content_type="application/json")
    if answer.status_code < 300:
        assert broken_promises("post", path, answer.status_code, answer.json()) == []
        assert broken_promises("get", path, 200, client.get(path).json()) == []
    return answer


def test_it_stores_a_failure_with_hash_bundle_and_what_the_model_said(reader_client: Client, case: Image) -> None:
    answer = post(reader_client, case, review_body())
    assert answer.status_code == 201
    stored = CaseReview.objects.get()
    assert (stored.image_sha256, stored.bundle_id, stored.outcome, stored.site) == ("b" * 64, BUNDLE, "FP", "HIL")
    assert (stored.model_probability, stored.model_threshold, stored.model_decision) == (0.81, 0.42, "positive")
    assert answer.json()["failure"]["box"] == {"x": 10, "y": 20, "w": 30, "h": 40}


@pytest.mark.parametrize(
    ("verdict", "outcome"), [("false_positive", "FP"), ("false_negative", "FN_IMG"), ("wrong_place", "FN_LOC")]
)
def test_each_failure_verdict_has_its_outcome(reader_client: Client, case: Image, verdict: str, outcome: str) -> None:
    assert post(reader_client, case, review_body(verdict=verdict)).json()["failure"]["outcome"] == outcome


def test_agreement_needs_neither_failure_nor_confidence(reader_client: Client, case: Image) -> None:
    answer = post(reader_client, case, review_body(verdict="agree", failure=None, confidence=None))
    assert (answer.status_code, answer.json()["failure"]) == (201, None)


def test_it_takes_the_sop_instance_uid_as_well(reader_client: Client, case: Image) -> None:
    answer = reader_client.post(
        f"/api/images/{case.sop_instance_uid}/reviews/", review_body(), content_type="application/json"
    )
    assert answer.status_code == 201


def test_the_same_key_and_content_answers_the_stored_review(reader_client: Client, case: Image) -> None:
    body = review_body()
    first, second = post(reader_client, case, body), post(reader_client, case, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert CaseReview.objects.count() == 1


def test_an_answer_that_waited_is_never_stored_as_that_of_the_next_person(reader_client: Client, case: Image) -> None:
    # Seen: bob's session ended, his answer waited in the open page, alice signed in, and the page sent it as hers.
    answer = post(reader_client, case, review_body(reader="bob"))
    assert (answer.status_code, answer.json()["code"]) == (401, "other_reader")
    assert answer.json()["text"] == "this answer is bob's, and alice is signed in"
    assert CaseReview.objects.count() == 0
    assert post(reader_client, case, review_body(reader="alice")).status_code == 201


def test_the_same_key_with_other_content_is_a_conflict(reader_client: Client, case: Image) -> None:
    body = review_body()
    post(reader_client, case, body)
    answer = post(reader_client, case, body | {"note": "something else"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


def test_the_same_key_for_another_image_is_a_conflict(reader_client: Client, case: Image) -> None:
    body, other = review_body(), make_image()
    make_result(other)
    post(reader_client, case, body)
    assert post(reader_client, other, body).status_code == 409


def test_two_readers_may_use_one_key(client: Client, reader: User, other_reader: User, case: Image) -> None:
    body = review_body()
    for person in (reader, other_reader):
        client.force_login(person)
        assert post(client, case, body).status_code == 201


def test_a_correction_replaces_and_both_stay(reader_client: Client, case: Image) -> None:
    first = post(reader_client, case, review_body()).json()
    second = post(reader_client, case, review_body(replaces=first["id"], note="seen again")).json()
    listed = reader_client.get(f"/api/images/{case.pk}/reviews/").json()["reviews"]
    assert [(row["id"], row["is_current"]) for row in listed] == [(second["id"], True), (first["id"], False)]


def test_a_second_answer_replaces_the_first_even_when_it_does_not_say_so(reader_client: Client, case: Image) -> None:
    first = post(reader_client, case, review_body()).json()
    second = post(reader_client, case, review_body()).json()
    assert second["replaces"] == first["id"]
    listed = reader_client.get(f"/api/images/{case.pk}/reviews/").json()["reviews"]
    assert [row["is_current"] for row in listed] == [True, False]


def test_a_review_is_replaced_once_only(reader_client: Client, case: Image) -> None:
    first = post(reader_client, case, review_body()).json()
    post(reader_client, case, review_body(replaces=first["id"]))
    answer = post(reader_client, case, review_body(replaces=first["id"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "already_replaced")


def test_a_review_of_another_reader_cannot_be_replaced(
    client: Client, reader_client: Client, other_reader: User, case: Image
) -> None:
    first = post(reader_client, case, review_body()).json()
    client.force_login(other_reader)
    answer = post(client, case, review_body(replaces=first["id"]))
    assert (answer.status_code, answer.json()["code"]) == (400, "not_yours")


def test_a_review_of_another_finding_cannot_be_replaced(reader_client: Client, case: Image) -> None:
    first = post(reader_client, case, review_body()).json()
    answer = post(reader_client, case, review_body(finding="pleural_effusion", replaces=first["id"]))
    assert answer.json()["code"] == "not_yours"


FAILURE: dict[str, Any] = review_body()["failure"]
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"verdict": "maybe"}, "verdict", "'maybe' is not one of agree, false_positive"),
    ({"verdict": ["agree"]}, "verdict", "is not one of"),
    ({"confidence": 6}, "confidence", "6 is not one of 1, 2, 3, 4, 5"),
    ({"confidence": True}, "confidence", "True is not one of"),
    ({"confidence": 4.0}, "confidence", "4.0 is not one of"),
    ({"finding": "gout"}, "finding", "'gout' is not one of lung_opacity, pleural_effusion"),
    ({"bundle": "f" * 64}, "bundle", f"those that have: {BUNDLE}"),
    ({"failure": None}, "failure", "needs a failure"),
    ({"failure": FAILURE | {"site": "TOE"}}, "failure.site", "'TOE' is not one of HIL, CLA"),
    ({"failure": FAILURE | {"cause": "ANC"}}, "failure.cause", "'ANC' is not one of NRM"),
    ({"failure": FAILURE | {"laterality": "X"}}, "failure.laterality", "'X' is not one of R, L, B, M, U"),
    ({"failure": FAILURE | {"proposed_site": "TOE"}}, "failure.proposed_site", "'TOE' is not one of HIL, CLA"),
    (
        {"failure": FAILURE | {"proposed_laterality": ["R"]}},
        "failure.proposed_laterality",
        "is not one of R, L, B, M, U",
    ),
    ({"failure": FAILURE | {"severity": 4}}, "failure.severity", "4 is not one of 0, 1, 2, 3"),
    ({"failure": FAILURE | {"outcome": "FN_IMG"}}, "failure.outcome", "does not go with verdict 'false_positive'"),
    ({"failure": FAILURE | {"colour": "red"}}, "failure.colour", "'colour' is not one of site"),
    ({"failure": FAILURE | {"box": {"x": 1, "y": 2, "w": 3}}}, "failure.box", "is not an object of x, y, w, h"),
    (
        {"failure": FAILURE | {"box": {"x": 1, "y": 2, "w": 0, "h": 3}}},
        "failure.box",
        "0 x 3 pixels: both must be above 0",
    ),
    (
        {"failure": FAILURE | {"box": {"x": 2040, "y": 2, "w": 9, "h": 3}}},
        "failure.box",
        "leaves the image of 2048 x 2500",
    ),
    ({"failure": FAILURE | {"box": {"x": -1, "y": 2, "w": 9, "h": 3}}}, "failure.box", "leaves the image"),
    ({"failure": FAILURE | {"box": {"x": 10**400, "y": 2, "w": 9, "h": 3}}}, "failure.box.x", "is not a finite number"),
    ({"failure": FAILURE | {"box": {"x": "1", "y": 2, "w": 9, "h": 3}}}, "failure.box.x", "'1' is not a finite number"),
    ({"verdict": "wrong_place", "failure": FAILURE | {"box": None}}, "failure.box", "needs a box"),
    ({"verdict": "agree"}, "failure", "takes no failure"),
    ({"note": "x" * 2001}, "note", "2001 characters"),
    ({"note": "\ud800"}, "note", "surrogate"),
    ({"note": 7}, "note", "note is 7"),
    ({"replaces": "x"}, "replaces", "'x' is not the id of a review"),
    ({"replaces": str(uuid.UUID(int=1))}, "replaces", "is not a review of yours"),
    ({"idempotency_key": ""}, "idempotency_key", "'' is not a text of 1 to 64 characters"),
    ({"author": "bob"}, "author", "'author' is not one of bundle"),
]


@pytest.mark.parametrize(("change", "field", "text"), REFUSED)
def test_it_names_field_value_and_what_is_allowed(
    reader_client: Client, case: Image, change: dict[str, Any], field: str, text: str
) -> None:
    answer = post(reader_client, case, review_body(**change))
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert text in answer.json()["text"]
    assert not CaseReview.objects.exists()


def test_what_was_proposed_is_kept_beside_what_was_chosen(reader_client: Client, case: Image) -> None:
    body = review_body(failure=FAILURE | {"proposed_site": "CLA", "proposed_laterality": "L"})
    told = post(reader_client, case, body).json()["failure"]
    assert (told["site"], told["laterality"]) == ("HIL", "R")
    assert (told["proposed_site"], told["proposed_laterality"]) == ("CLA", "L")
    assert post(reader_client, case, body).status_code == 200
    other = body | {"failure": body["failure"] | {"proposed_site": "UZ"}}
    assert post(reader_client, case, other).json()["code"] == "idempotency_conflict"
    without = post(reader_client, case, review_body()).json()["failure"]
    assert (without["proposed_site"], without["proposed_laterality"]) == (None, None)


@pytest.mark.parametrize("cause", [{}, {"cause": None}])
def test_why_and_how_severe_may_be_said_later(reader_client: Client, case: Image, cause: dict[str, Any]) -> None:
    short = post(reader_client, case, review_body(failure={"site": "HIL"} | cause, confidence=None))
    assert short.status_code == 201
    assert (short.json()["failure"]["cause"], short.json()["failure"]["severity"]) == (None, None)
    whole = post(reader_client, case, review_body(replaces=short.json()["id"]))
    assert (whole.status_code, whole.json()["failure"]["cause"]) == (201, "NRM")


def test_a_box_may_touch_the_edges(reader_client: Client, case: Image) -> None:
    box = {"x": 0, "y": 0, "w": 2048, "h": 2500}
    assert post(reader_client, case, review_body(failure=FAILURE | {"box": box})).status_code == 201


@pytest.mark.parametrize("text", ["[]", "7", '"x"', "{", '{"failure": NaN}'])
def test_a_body_that_is_no_review_is_refused(reader_client: Client, case: Image, text: str) -> None:
    assert post(reader_client, case, text).status_code == 400


def test_a_verdict_against_the_models_decision_is_stored_with_that_decision(reader_client: Client) -> None:
    # A reader may mark a hot spot the model itself did not call: kept, and told apart later.
    image = make_image()
    make_result(image, probability=0.1, decision="negative")
    assert post(reader_client, image, review_body()).json()["model"]["decision"] == "negative"


def test_every_review_leaves_an_access_event_without_the_note(reader_client: Client, case: Image) -> None:
    post(reader_client, case, review_body(note="Mrs Doe"))
    event = AccessEvent.objects.get(verb="review")
    assert event.details["verdict"] == "false_positive"
    assert "Doe" not in str(event.details)


def test_an_embargoed_image_takes_and_shows_no_review(
    reader_client: Client, case: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(reader_client, case, review_body())
    monkeypatch.setattr(
        policy, "EMBARGOES", [lambda user, image: policy.Refusal("study", "This case is in your study.")]
    )
    assert post(reader_client, case, review_body()).status_code == 403
    assert reader_client.get(f"/api/images/{case.pk}/reviews/").status_code == 403
    assert reader_client.get("/api/reviews/export/?as=json").json()["reviews"] == []


def test_another_reader_sees_the_review_but_not_its_key(
    client: Client, reader_client: Client, other_reader: User, case: Image
) -> None:
    post(reader_client, case, review_body())
    client.force_login(other_reader)
    (row,) = client.get(f"/api/images/{case.pk}/reviews/").json()["reviews"]
    assert (row["reader"], row["is_mine"], row["idempotency_key"]) == ("alice", False, None)


def test_a_script_in_a_note_comes_back_as_text(reader_client: Client, case: Image) -> None:
    answer = post(reader_client, case, review_body(note=SCRIPT))
    assert answer.json()["note"] == SCRIPT
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_is_refused(client: Client, case: Image, method: str) -> None:
    assert getattr(client, method)(f"/api/images/{case.pk}/reviews/").status_code in (401, 403)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_reviews_cannot_be_changed_through_the_api(reader_client: Client, case: Image, method: str) -> None:
    assert getattr(reader_client, method)(f"/api/images/{case.pk}/reviews/").status_code == 405


@pytest.mark.parametrize("key", ["00000000-0000-0000-0000-000000000000", "nonsense", "1.2.9999"])
def test_an_unknown_image_is_404(reader_client: Client, key: str) -> None:
    assert reader_client.get(f"/api/images/{key}/reviews/").status_code == 404
    assert (
        reader_client.post(f"/api/images/{key}/reviews/", review_body(), content_type="application/json").status_code
        == 404
    )


def test_posting_with_a_cookie_needs_the_csrf_token(reader: User, case: Image) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reader)
    assert post(client, case, review_body()).status_code == 403


def test_two_deliveries_at_the_same_moment_store_one_review(
    reader: User, case: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both requests look for the key before either has stored it: the unique constraint decides, the loser answers the winner's.
    body = review_body()
    winner, _ = record_review(reader, case, body)
    look, looks = service._same_key, []

    def blind_at_first(*arguments: Any) -> CaseReview | None:
        looks.append(arguments)
        return None if len(looks) == 1 else look(*arguments)

    monkeypatch.setattr(service, "_same_key", blind_at_first)
    assert record_review(reader, case, body) == (winner, False)
    assert CaseReview.objects.count() == 1


def test_a_refused_review_answers_like_every_refusal(reader_client: Client, case: Image) -> None:
    """400 where nothing else is said; a policy's refusal keeps its own status."""
    with pytest.raises(Refused) as refused:
        read_review_body([], VERSION_1)
    assert (refused.value.http, str(refused.value)) == (400, "the body is [], not a JSON object")
    assert refused.value.document() == post(reader_client, case, []).json()
    with pytest.raises(ReviewRefused) as refused:
        ReviewRefused.require(policy.NOT_SIGNED_IN)
    assert (refused.value.http, refused.value.text) == (401, "Sign in first.")
