"""Every state of the model's answer can be answered: what is allowed where, who could get round it, and where it is counted."""

import csv
import io
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.webapp.openapi_check import broken_promises
from tests.webapp.viewer.case_factory import BUNDLE, make_finding, make_image, make_result, make_waiting, review_body
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.reviews.failure_report import changes, paper_shares
from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.finding_terms import FindingTerms, Term, finding_terms
from webapp.reviews.left_out import left_out_words
from webapp.reviews.models import CaseReview
from webapp.reviews.record_review import record_review
from webapp.reviews.review_body import ReviewRefused
from webapp.reviews.scheme_versions import SchemeBook

pytestmark = pytest.mark.django_db
BOX = {"x": 100.0, "y": 200.0, "w": 300.0, "h": 400.0}
# Written out: what a reader may say where the model was definite, undecided, or refused.
ALLOWED = {
    "positive": {"agree", "false_positive", "false_negative", "wrong_place", "cannot_judge"},
    "negative": {"agree", "false_positive", "false_negative", "wrong_place", "cannot_judge"},
    "uncertain": {"present", "absent", "cannot_judge"},
    "refused": {"refusal_right", "refusal_wrong", "present", "absent", "cannot_judge"},
}
CODES = {"positive": "model_answered", "uncertain": "model_undecided", "refused": "no_model_answer"}


def image_with(decision: str, **columns: Any) -> Image:
    image = make_image()
    make_result(image, probability=None if decision == "refused" else 0.5, decision=decision, **columns)
    return image


def body(verdict: str, **changes: Any) -> dict[str, Any]:
    failure = review_body()["failure"] if VERDICTS.get(verdict) and VERDICTS[verdict].is_failure else None
    return review_body(verdict=verdict, failure=failure, confidence=None, note="") | changes


def other(term: str = "rib_fracture", **changes: Any) -> dict[str, Any]:
    return body("missed_other", finding=None, term=term) | changes


def post(client: Client, image: Image, sent: dict[str, Any]) -> Any:
    path = f"/api/images/{image.pk}/reviews/"
    answer = client.post(path, sent, content_type="application/json")
    if answer.status_code < 300:
        assert broken_promises("post", path, answer.status_code, answer.json()) == []
        assert broken_promises("get", path, 200, client.get(path).json()) == []
    return answer


@pytest.mark.parametrize(
    ("decision", "verdict"), list(itertools.product(ALLOWED, sorted(VERDICTS.keys() - {"missed_other"})))
)
def test_each_state_takes_its_verdicts_and_no_other(reader_client: Client, decision: str, verdict: str) -> None:
    answer = post(reader_client, image_with(decision), body(verdict))
    if verdict in ALLOWED[decision]:
        assert (answer.status_code, answer.json()["model"]["decision"]) == (201, decision)
    else:
        told = answer.json()
        assert (answer.status_code, told["field"]) == (400, "verdict")
        assert told["code"] == CODES.get(decision, "model_answered")
        assert f"verdict '{verdict}' is not one of" in told["text"]
        assert all(code in told["text"] for code in ALLOWED[decision])
        assert not CaseReview.objects.exists()


@pytest.mark.parametrize("state", ["queued", "running", "failed"])
def test_without_a_finished_result_there_is_nothing_to_answer(reader_client: Client, state: str) -> None:
    image = make_image()
    make_waiting(image, state)
    for sent in (body("present"), body("refusal_wrong"), other()):
        answer = post(reader_client, image, sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "bundle_unknown")


def test_a_finding_that_is_there_keeps_its_box(reader_client: Client) -> None:
    image = image_with("refused")
    answer = post(reader_client, image, body("present", box=BOX, confidence=4, note="left base"))
    assert (answer.json()["box"], answer.json()["failure"], answer.json()["confidence"]) == (BOX, None, 4)
    stored = CaseReview.objects.get()
    assert (stored.box, stored.outcome, stored.model_decision, stored.model_probability) == (BOX, "", "refused", None)


def test_what_the_model_has_no_finding_for_is_stored_with_its_term_and_version(
    reader_client: Client, case: Image
) -> None:
    told = post(reader_client, case, other(box=BOX, note="7th rib")).json()
    assert (told["finding"], told["term"], told["terms_version"], told["box"]) == ("", "rib_fracture", 1, BOX)
    stored = CaseReview.objects.get()
    assert (stored.finding, stored.term, stored.terms_version, stored.bundle_id) == ("", "rib_fracture", 1, BUNDLE)
    assert (stored.model_decision, stored.model_probability) == ("", None)


REFUSED: list[tuple[dict[str, Any], str, str, str]] = [
    (other("pleural_effusion"), "term", "finding_of_bundle", "answer finding 'pleural_effusion'"),
    (other("gout"), "term", "not_allowed", "'gout' is not one of pneumothorax, pleural_effusion"),
    (other(None), "term", "not_allowed", "term None is not one of"),  # type: ignore[arg-type]
    (other(["nodule"]), "term", "not_allowed", "is not one of"),  # type: ignore[arg-type]
    (other(finding="lung_opacity"), "finding", "finding_not_allowed", "two things"),
    (other("other"), "note", "note_missing", "needs a note that names the finding"),
    (other("other", note="  "), "note", "note_missing", "needs a note"),
    (other(failure=review_body()["failure"]), "failure", "failure_not_allowed", "'missed_other' takes no failure"),
    (other(box=BOX | {"w": 0}), "box", "box_empty", "both must be above 0"),
    (other(box=BOX | {"w": 3000}), "box", "box_outside", "leaves the image of 2048 x 2500 pixels"),
    (other(box=[1, 2, 3, 4]), "box", "box_shape", "is not an object of x, y, w, h"),
    (body("agree", term="nodule"), "term", "term_not_allowed", "verdict 'agree' takes no term"),
    (body("agree", finding=None), "finding", "not_allowed", "finding None is not a text of 1 to 64 characters"),
    (
        body("agree", box=BOX),
        "box",
        "box_not_allowed",
        "verdict 'agree' takes no box beside it; those that do: present",
    ),
    (body("false_positive", box=BOX), "box", "box_not_allowed", "its box is sent in failure"),
    (body("withdrawn", term="nodule"), "finding", "finding_not_allowed", "two things"),
]


@pytest.mark.parametrize(("sent", "field", "code", "text"), REFUSED)
def test_a_wrong_mark_is_named(reader_client: Client, case: Image, sent: Any, field: str, code: str, text: str) -> None:
    answer = post(reader_client, case, sent)
    assert answer.status_code == 400, answer.content
    told = answer.json()
    assert (told["field"], told["code"]) == (field, code)
    assert text in told["text"]
    assert not CaseReview.objects.exists()


def test_a_finding_of_the_bundle_is_known_by_its_public_code_too(reader_client: Client) -> None:
    image = make_image()
    finding = make_finding("ptx", 0.9, "positive") | {
        "code": {"scheme": "SCT", "value": "36118008", "meaning": "Pneumothorax"}
    }
    make_result(image, document={"findings": [finding]})
    answer = post(reader_client, image, other("pneumothorax"))
    assert (answer.status_code, answer.json()["text"]) == (
        400,
        "the model has a finding for term 'pneumothorax': answer finding 'ptx'",
    )


def test_nobody_answers_for_an_embargoed_image_or_signed_out(
    reader_client: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = image_with("refused")
    hidden = [lambda user, image: policy.Refusal("study", "This case is in your study.")]
    monkeypatch.setattr(policy, "EMBARGOES", hidden)
    for sent in (body("refusal_right"), body("present"), other()):
        assert post(reader_client, image, sent).status_code == 403
    monkeypatch.setattr(policy, "EMBARGOES", [])
    assert post(reader_client, make_image(), other(bundle="f" * 64)).status_code == 400
    reader_client.logout()
    assert post(reader_client, image, body("refusal_right")).status_code in (401, 403)
    assert not CaseReview.objects.exists()


@pytest.mark.parametrize("verdict", ["refusal_right", "refusal_wrong", "present", "absent", "cannot_judge"])
def test_a_change_of_mind_is_a_chain_and_a_withdrawal_ends_it(reader: User, verdict: str) -> None:
    image = image_with("refused")
    first, _ = record_review(reader, image, body("refusal_right"))
    second, _ = record_review(reader, image, body(verdict))
    assert second.replaces == first
    record_review(reader, image, body("withdrawn"))
    assert not CaseReview.objects.current().exists()
    assert not CaseReview.objects.standing().exists()
    assert CaseReview.objects.count() == 3


def test_marks_of_two_terms_stand_side_by_side_and_each_has_its_own_chain(reader: User, case: Image) -> None:
    fracture, _ = record_review(reader, case, other())
    record_review(reader, case, other("nodule", box=BOX))
    moved, _ = record_review(reader, case, other(note="8th rib"))
    assert moved.replaces == fracture
    record_review(reader, case, body("withdrawn", finding=None, term="nodule"))
    assert [(row.term, row.note) for row in CaseReview.objects.current()] == [("rib_fracture", "8th rib")]
    with pytest.raises(ReviewRefused, match="no answer of yours on 'nodule'"):
        record_review(reader, case, body("withdrawn", finding=None, term="nodule"))
    with pytest.raises(ReviewRefused, match="is not a review of yours of 'nodule'"):
        record_review(reader, case, other("nodule", replaces=str(moved.pk)))


def test_what_a_note_names_replaces_only_the_answer_that_it_says(reader: User, case: Image) -> None:
    def told(key: str, note: str, **changes: Any) -> CaseReview:
        return record_review(reader, case, other("other", note=note, idempotency_key=key, **changes))[0]

    rib, node = told("k1", "rib lesion"), told("k2", "calcified node")
    assert node.replaces is None
    healed = told("k3", "healed rib lesion", replaces=str(rib.pk))
    assert healed.replaces == rib
    assert set(CaseReview.objects.current()) == {node, healed}
    taken = body("withdrawn", finding=None, term="other", replaces=str(node.pk), idempotency_key="k4")
    record_review(reader, case, taken)
    assert set(CaseReview.objects.current()) == {healed}


def test_a_retired_term_is_refused_and_can_still_be_taken_back(
    reader: User, case: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_review(reader, case, other("nodule"))
    retired = FindingTerms(2, {"nodule": Term("nodule", "Nodule", ("nodule",), retired=True)})
    for module in ("review_body", "record_review", "model_answer"):
        monkeypatch.setattr(f"webapp.reviews.{module}.finding_terms", lambda: retired)
    with pytest.raises(ReviewRefused, match="term 'nodule' is not one of"):
        record_review(reader, case, other("nodule"))
    record_review(reader, case, body("withdrawn", finding=None, term="nodule"))
    assert not CaseReview.objects.current().exists()


def test_the_list_of_terms_has_one_code_and_one_meaning_each(reader_client: Client) -> None:
    terms = finding_terms()
    assert terms.version == 1
    keys = [key for term in terms.terms.values() for key in term.keys]
    assert len(keys) == len(set(keys))
    assert len({term.title for term in terms.terms.values()}) == len(terms.terms) == 27
    assert all(len(code) <= 32 for code in terms.terms)
    told = reader_client.get("/api/failure-scheme/").json()
    assert (told["terms_version"], [row["code"] for row in told["terms"]]) == (1, list(terms.terms))
    assert {row["code"]: row["states"] for row in told["verdicts"]}["present"] == ["undecided", "refused"]


@pytest.fixture
def said(reader: User, other_reader: User) -> list[Image]:
    """Two false positives at the hilum, an agreement, and one of everything that judges no definite answer."""
    definite, refused, undecided = image_with("positive"), image_with("refused"), image_with("uncertain")
    record_review(reader, definite, body("false_positive"))
    record_review(other_reader, definite, body("false_positive"))
    record_review(reader, definite, body("agree", finding="pleural_effusion"))
    record_review(reader, refused, body("refusal_wrong"))
    record_review(reader, refused, body("refusal_right", finding="pleural_effusion"))
    record_review(other_reader, refused, body("present", box=BOX))
    record_review(reader, undecided, body("absent"))
    record_review(other_reader, undecided, body("cannot_judge"))
    record_review(reader, undecided, other())
    return [definite, refused, undecided]


def test_error_statistics_leave_them_out_and_say_how_many(reader_client: Client, said: list[Image]) -> None:
    current = CaseReview.objects.current()
    words = "6: refusal right 1, refusal wrong 1, finding is there 1, not there 1, cannot say 1, missed, no finding for it 1"
    assert left_out_words(current) == words
    assert current.judging().count() == 3
    assert {row.verdict for row in current if row.judges_the_model} == {"agree", "false_positive"}
    shares = {
        (row.outcome, row.site): (row.count, row.total) for row in paper_shares(list(current.failures()), SchemeBook())
    }
    assert shares["FP", "HIL"] == (2, 2)
    for page in ("/failures/", "/failures/report/"):
        assert words in reader_client.get(page).content.decode(), page


def test_an_image_without_a_definite_answer_is_not_reviewed_without_failure(reader: User) -> None:
    second = "e" * 64
    for decision in ("positive", "refused", "uncertain"):
        image = image_with("positive")
        make_result(image, probability=0.5 if decision != "refused" else None, decision=decision, bundle_id=second)
        record_review(reader, image, body("false_positive"))
        verdict = {"positive": "agree", "refused": "refusal_right", "uncertain": "absent"}[decision]
        record_review(reader, image, body(verdict, bundle=second))
    current = CaseReview.objects.current()
    (row,) = changes(current.filter(bundle_id=BUNDLE), current.filter(bundle_id=second), SchemeBook())
    assert (row.n, row.only_first) == (1, 1)


def listed(client: Client, query: str = "") -> int:
    return client.get(f"/failures/{query}").content.decode().count('data-testid="failure-row"')


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 4), ("?verdict=refusal_wrong", 1), ("?verdict=refusal_right", 1), ("?verdict=present", 1), ("?verdict=absent", 1),
     ("?verdict=missed_other", 1), ("?verdict=false_positive", 2)],
)  # fmt: skip
def test_the_atlas_lists_where_the_model_fell_short_and_each_verdict_on_request(
    reader_client: Client, said: list[Image], query: str, count: int
) -> None:
    assert listed(reader_client, query) == count


def test_without_a_failure_the_atlas_does_not_ask_to_clear_a_filter_that_is_not_set(
    reader: User, reader_client: Client
) -> None:
    record_review(reader, image_with("refused"), body("refusal_right"))
    page = reader_client.get("/failures/").content.decode()
    assert "No failure has been recorded" in page
    assert "clear a filter" not in page
    assert "the filter Verdict finds them" in page
    assert "clear a filter" in reader_client.get("/failures/?verdict=false_positive").content.decode()


def test_exports_carry_term_and_version_and_the_page_exports_what_it_lists(
    reader_client: Client, said: list[Image]
) -> None:
    everything = reader_client.get("/api/reviews/export/?current=1").content.decode()
    rows = {(row["verdict"], row["term"], row["terms_version"]) for row in csv.DictReader(io.StringIO(everything))}
    assert ("missed_other", "rib_fracture", "1") in rows
    assert ("present", "", "") in rows
    shown = reader_client.get("/api/reviews/export/?current=1&listed=1&as=json").json()["reviews"]
    assert sorted(row["verdict"] for row in shown) == [
        "false_positive",
        "false_positive",
        "missed_other",
        "refusal_wrong",
    ]
    failures = reader_client.get("/api/reviews/export/?failures=1&as=json").json()["reviews"]
    assert {row["verdict"] for row in failures} == {"false_positive"}
    assert json.dumps(shown).count("Doe") == 0


def test_an_answer_to_a_refusal_reads_the_case_and_the_worklist_says_what_was_missed(
    signed_in: Callable[..., Client], reader: User
) -> None:
    refused, missed = image_with("refused"), image_with("positive")
    record_review(reader, refused, body("refusal_wrong"))
    record_review(reader, missed, other())
    text = signed_in().get("/?state=read").content.decode()
    assert "refusal wrong" in text
    assert "missed · rib fracture" in text
    assert refused.code in text or str(refused.pk) in text
