"""The JSON API, as a program uses it: a study from nothing to results, and what it answers to wrong content."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reader_study.models import ReadingSession
from tests.reader_study.studies.study_factory import (
    MadeStudy,
    answers,
    crossed_body,
    make_study,
    opened,
    second_read_body,
)
from tests.webapp.openapi_check import broken_promises
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


class Api:
    """One person's requests; every answer is checked for its status and against /api/schema/."""

    def __init__(self, user: Any) -> None:
        self.client = Client()
        self.client.force_login(user)

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200, tab: str = "t") -> dict[str, Any]:
        more = {} if method == "get" else {"data": body if body is not None else {}, "content_type": JSON}
        answer = getattr(self.client, method)(f"/api/studies/{path}", headers={"X-Tab": tab}, **more)
        assert answer.status_code == status, answer.content
        found: dict[str, Any] = answer.json()
        if status < 300:
            assert broken_promises(method, f"/api/studies/{path}", status, found) == []
        return found


def read_all(api: Api, base: str, rating: Any) -> None:
    """Reads what `next` offers until nothing is left."""
    while (found := api("post", f"{base}next/"))["state"] != "done":
        if found["state"] == "open_session":
            api("post", f"{base}sessions/{found['session']['id']}/open/")
            continue
        case = found["assignment"]
        for stage in case["stages"]:
            path = f"{base}assignments/{case['id']}/"
            base_revision = api("get", path)["draft"]
            body = answers(rating(case, stage))
            revision = base_revision["revision"] if base_revision else 0
            api(
                "put",
                f"{path}draft/",
                {"stage": stage, "base_revision": revision, "body": body, "idempotency_key": uuid.uuid4().hex},
            )
            if stage == "aided":
                assert api("get", f"{path}ai/")["findings"][0]["key"] == "lung_opacity"
            api("post", f"{path}lock/", {"stage": stage, "body": body, "idempotency_key": uuid.uuid4().hex})


def test_a_study_from_nothing_to_results() -> None:
    manager, second, statistician = make_user("m1", "manager"), make_user("m2", "manager"), make_user("s1")
    readers = [make_user("r1"), make_user("r2")]
    api = Api(manager)
    study = api("post", "", {"title": "By program", "kind": "reading", "seed": 5}, 201)
    base = f"{study['id']}/"
    assert {"no_finding", "no_arm"} <= {one["code"] for one in api("get", f"{base}protocol/")["problems"]}
    body = second_read_body(washout={"min_days": 0})
    assert api("put", f"{base}protocol/", body)["problems"] == []
    images = [make_image(view_position="PA" if k else "AP") for k in range(5)]
    for k, image in enumerate(images):
        make_result(image, 0.9 if k % 2 else 0.1, "positive" if k % 2 else "negative", image_sha256=image.stored_sha256)
    assert api("post", f"{base}cases/search/", {"view": "PA"})["count"] == 4
    assert (
        api("post", f"{base}cases/search/", {"decision": "positive", "finding": "lung_opacity", "bundle": BUNDLE})[
            "count"
        ]
        == 2
    )
    added = api("post", f"{base}cases/", {"filter": {"view": "PA"}}, 201)
    assert added["added"] == 4
    rows = [
        f"{case['code']},{finding},{int(k % 2 and finding == 'lung_opacity')}"
        for k, case in enumerate(added["cases"])
        for finding in ("lung_opacity", "pleural_effusion")
    ]
    csv = "\n".join(["case,finding,status", *rows])
    answer = api.client.post(
        f"/api/studies/{base}truth/import/", {"file": SimpleUploadedFile("truth.csv", csv.encode())}
    )
    assert (answer.status_code, answer.json()) == (201, {"imported": 8})
    for reader in readers:
        api("post", f"{base}readers/", {"username": reader.username, "years": 5}, 201)
    api("post", f"{base}members/", {"username": second.username, "role": "manager"}, 201)
    api("post", f"{base}members/", {"username": statistician.username, "role": "statistician"}, 201)
    preview = api("get", f"{base}allocation/")
    assert (preview["stored"], preview["report"]["readings"]) == (False, 8)
    assert api("post", f"{base}open/")["state"] == "open"
    stored = api("get", f"{base}allocation/")
    assert (stored["stored"], stored["sha256"]) == (True, preview["sha256"])
    for k, reader in enumerate(readers):
        read_all(Api(reader), base, lambda case, stage, k=k: 10 + (int(case["case"][1:]) * 7 + k) % 80)
    progress = api("get", f"{base}progress/")["readers"]
    assert [(one["reader"], one["done"], one["total"]) for one in progress] == [("R01", 4, 4), ("R02", 4, 4)]
    api("post", f"{base}close/")
    assert api("post", f"{base}truth/freeze/")["frozen"] == 8
    assert api("post", f"{base}lock/", status=202)["state"] == "lock_requested"
    assert Api(second)("post", f"{base}lock/")["state"] == "locked"
    for person in (manager, statistician):
        found = Api(person)("get", f"{base}results/1/")
        assert found["document"]["findings"]["lung_opacity"]["mrmc"]["design"]["tests"] == ["S.aided", "S.unaided"]
    assert api("get", f"{base}locks/")["intact"]
    ratings = api.client.get(f"/api/studies/{base}exports/ratings_csv/")
    assert ratings.content.decode().splitlines()[0] == "reader,test,case,truth,rating"
    assert "attachment" in ratings.headers["Content-Disposition"]
    api("post", f"{base}archive/")


@pytest.fixture
def made() -> MadeStudy:
    return opened(make_study(second_read_body(), cases=2, readers=1))


@pytest.fixture
def reading(made: MadeStudy) -> tuple[Api, str]:
    """The reader's requests, and the path of the case that is open."""
    api, base = Api(made.readers[0]), f"{made.study.pk}/"
    session = ReadingSession.objects.get(reader__user=made.readers[0])
    api("post", f"{base}sessions/{session.pk}/open/")
    return api, f"{base}assignments/{api('post', f'{base}next/')['assignment']['id']}/"


def test_a_draft_conflict_carries_both_versions(reading: tuple[Api, str]) -> None:
    api, path = reading
    body = {"stage": "unaided", "base_revision": 0, "body": answers(10), "idempotency_key": "a"}
    assert api("put", f"{path}draft/", body)["revision"] == 1
    assert api("put", f"{path}draft/", body)["revision"] == 1
    conflict = api("put", f"{path}draft/", body | {"body": answers(20), "idempotency_key": "b"}, 409)
    assert (conflict["code"], conflict["server"]["revision"], conflict["yours"]["base_revision"]) == (
        "draft_conflict",
        1,
        0,
    )


def test_the_key_may_stand_in_the_header(reading: tuple[Api, str]) -> None:
    api, path = reading
    body = {"stage": "unaided", "base_revision": 0, "body": answers(10)}
    headers = {"X-Tab": "t", "Idempotency-Key": "k"}
    for _ in range(2):
        answer = api.client.put(f"/api/studies/{path}draft/", body, content_type=JSON, headers=headers)
        assert answer.json()["revision"] == 1


def test_another_tab_is_told_and_takes_over(reading: tuple[Api, str]) -> None:
    api, path = reading
    body = {"stage": "unaided", "base_revision": 0, "body": answers(10), "idempotency_key": "a"}
    assert api("put", f"{path}draft/", body, 409, tab="other")["code"] == "other_tab"
    assert api("get", path, tab="other")["lease"]["mine"] is False
    assert api("post", f"{path}take-over/", {"tab": "other"}, tab="other")["lease"]["mine"] is True
    api("put", f"{path}draft/", body, tab="other")


def test_an_incomplete_lock_names_what_is_empty(reading: tuple[Api, str]) -> None:
    api, path = reading
    body = {"stage": "unaided", "body": {"ratings": {}}, "idempotency_key": "a"}
    found = api("post", f"{path}lock/", body, 400)
    assert (found["code"], found["field"]) == ("incomplete", "ratings.lung_opacity.rating")
    assert len(found["empty"]) == 4


def test_ai_is_404_then_there_with_the_layers_of_the_arm_only(reading: tuple[Api, str]) -> None:
    api, path = reading
    assert api("get", f"{path}ai/", status=404)["code"] == "not_found"
    assert api("get", path)["has_ai"] is False
    receipt = api("post", f"{path}lock/", {"stage": "unaided", "body": answers(), "idempotency_key": "a"})
    assert (len(receipt["sha256"]), receipt["next_stage"]) == (64, "aided")
    assert api("get", path)["has_ai"] is True
    found = api("get", f"{path}ai/")
    assert list(found) == ["state", "reason", "layers", "findings", "maps"]
    assert list(found["findings"][0]) == [
        "key",
        "title",
        "probability",
        "interval",
        "threshold",
        "decision",
        "reason",
        "boxes",
    ]
    assert api("get", f"{path}ai/maps/classmaps/", status=404)["code"] == "not_found"
    bytes_only = {"X-Tab": "t", "Accept": "application/octet-stream"}  # as the viewer asks; seen: 406
    assert api.client.get(f"/api/studies/{path}ai/maps/classmaps/", headers=bytes_only).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        ({"colour": 1}, "colour", "'colour' is not one of design"),
        ({"findings": [{"code": "a", "colour": 1}]}, "findings[0].colour", "is not one of code, label"),
        ({"arms": "x"}, "arms", "arms 'x' is not a list"),
        ([1], "", "is not a JSON object"),
    ],
)
def test_a_misshapen_protocol_is_refused(body: Any, field: str, text: str) -> None:
    made = make_study(cases=0)
    found = Api(made.manager)("put", f"{made.study.pk}/protocol/", body, 400)
    assert (found["code"], found["field"]) == ("bad_protocol", field)
    assert text in found["text"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"findings": [{"code": "a b"}]}, "findings[0].code"),
        ({"findings": [{"code": "a", "scale": "1-9"}]}, "findings[0].scale"),
        ({"findings": [{"code": "a", "scale": "1-5", "cut": 1, "primary": True}]}, "findings[0].cut"),
        ({"questions": [{"code": "q", "type": "essay"}]}, "questions[0].type"),
        ({"questions": [{"code": "q", "type": "choice"}]}, "questions[0].options"),
        ({"questions": [{"code": "q", "type": "text", "regex": "("}]}, "questions[0].regex"),
        ({"arms": [{"code": "A", "kind": "unaided", "ai_layers": ["score"]}]}, "arms[0].ai_layers"),
        ({"arms": [{"code": "A", "kind": "secret"}]}, "arms[0].kind"),
        ({"washout": {"min_days": -1}}, "washout.min_days"),
        ({"training": {"pass_share": 2}}, "training.pass_share"),
        ({"truth": {"rule": "dice"}}, "truth.rule"),
        ({"statistics": {"primary_finding": "x", "tests": ["Q"]}}, "statistics.primary_finding"),
        ({"design": {"kind": "sequential"}}, "design.kind"),
    ],
)
def test_an_incomplete_protocol_is_stored_with_its_problems(part: Any, code: str) -> None:
    made = make_study(cases=0)
    found = Api(made.manager)("patch", f"{made.study.pk}/protocol/", part)
    assert code in {one["field"] for one in found["problems"]}


def test_sizing_gives_the_published_power() -> None:
    # Van Dyke components (studies_methods.md §13): J 10, K 165, RRRC power .80541995.
    made = make_study(cases=0)
    body = {
        "var": 0.00080229, "cov1": 0.00034661, "cov2": 0.00034407, "cov3": 0.00023903, "var_tr": 0.00020040,
        "pilot_cases": 114, "effect": 0.043800322, "readers": [10], "cases": [165],
    }  # fmt: skip
    (row,) = Api(made.manager)("post", f"{made.study.pk}/sizing/", body)["grid"]
    assert row["power"] == pytest.approx(0.80542, abs=2e-4)
    found = Api(made.manager)("post", f"{made.study.pk}/sizing/", body | {"readers": [1]}, 400)
    assert found["text"] == "readers 1 is not a whole number from 2 to 100000"


@pytest.mark.parametrize(
    ("criteria", "text"),
    [
        ({"colour": 1}, "'colour' is not one of view"),
        ({"decision": "maybe"}, "decision 'maybe' is not one of positive"),
        ({"verdict": "maybe"}, "verdict 'maybe' is not one of agree"),
        ({"date_from": "yesterday"}, "'yesterday' is not a date like 2026-01-31"),
    ],
)
def test_a_wrong_filter_is_named(criteria: Any, text: str) -> None:
    made = make_study(crossed_body(), cases=0)
    assert text in Api(made.manager)("post", f"{made.study.pk}/cases/search/", criteria, 400)["text"]


def test_a_reader_of_an_open_study_gets_the_form_without_cuts_and_arms(made: MadeStudy) -> None:
    form = Api(made.readers[0])("get", f"{made.study.pk}/protocol/")
    assert list(form) == ["form"]
    assert set(form["form"]["findings"][0]) == {"code", "label", "scale", "min", "max", "keys", "order"}


def test_posting_with_a_cookie_needs_the_csrf_token(made: MadeStudy) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(made.manager)
    assert client.post(f"/api/studies/{made.study.pk}/pause/", {}, content_type=JSON).status_code == 403


def test_washout_names_the_date_in_the_answer() -> None:
    made = opened(make_study(crossed_body(), cases=2, readers=1))
    api, base = Api(made.readers[0]), f"{made.study.pk}/"
    first, second = ReadingSession.objects.filter(reader__user=made.readers[0]).order_by("ordinal")
    api("post", f"{base}sessions/{first.pk}/open/")
    while (found := api("post", f"{base}next/"))["state"] == "reading":
        case = found["assignment"]
        if case["stage"] == "aided":
            api("get", f"{base}assignments/{case['id']}/ai/")
        api(
            "post",
            f"{base}assignments/{case['id']}/lock/",
            {"stage": case["stage"], "body": answers(), "idempotency_key": uuid.uuid4().hex},
        )
    refused = api("post", f"{base}sessions/{second.pk}/open/", status=409)
    assert (refused["code"], len(refused["opens_on"])) == ("washout", 10)
