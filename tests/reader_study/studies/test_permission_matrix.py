"""Every address of the study API, asked by every role: an address without a row here fails.

Rows name who gets through the door. "Through" = neither 401, 403 nor 404; the state may still say no (409) or the body (400).
People outside get 404 whatever they ask. Site roles count for nothing inside a study.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from reader_study.models import Assignment, Case, FailureItem, Membership, Reader, ReadingSession, Truth
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.people import add_member
from reader_study.study_api_urls import urlpatterns
from tests.reader_study.studies.study_factory import START, make_study, opened
from tests.webapp.viewer.case_factory import make_user

pytestmark = pytest.mark.django_db
INSIDE = ("manager", "reader", "panel", "statistician", "auditor")
OUTSIDE = ("other_reader", "admin", "expired")
M, R, P, S, A = INSIDE
ALL = frozenset(INSIDE)


@dataclass(frozen=True)
class Row:
    """method -> roles that get through. hidden: roles of the study for whom the thing is not there (404 in place of 403)."""

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    put: frozenset[str] | None = None
    patch: frozenset[str] | None = None


def to(*roles: str) -> frozenset[str]:
    return frozenset(roles)


MATRIX: dict[str, Row] = {
    "api_study": Row(get=ALL, patch=to(M)),
    "api_copy_study": Row(post=to(M)),
    "api_open_study": Row(post=to(M)),
    "api_pause_study": Row(post=to(M)),
    "api_resume_study": Row(post=to(M)),
    "api_close_study": Row(post=to(M)),
    "api_lock_study": Row(post=to(M)),
    "api_archive_study": Row(post=to(M)),
    "api_withdraw_study": Row(post=to(M)),
    "api_protocol": Row(get=ALL, put=to(M), patch=to(M)),
    "api_arms": Row(get=to(M, S, A)),
    "api_members": Row(get=to(M, S, A), post=to(M)),
    "api_end_member": Row(post=to(M)),
    "api_readers": Row(get=to(M, S, A), post=to(M)),
    "api_reader": Row(patch=to(M)),
    "api_withdraw_reader": Row(post=to(M)),
    "api_cases": Row(get=to(M, A), post=to(M)),
    "api_case_search": Row(post=to(M)),
    "api_case": Row(patch=to(M)),
    "api_void_case": Row(post=to(M)),
    "api_allocation": Row(get=to(M, A)),
    "api_sizing": Row(post=to(M, S)),
    "api_progress": Row(get=to(M, A, R)),
    "api_deviations": Row(get=to(M, A), post=to(M)),
    "api_locks": Row(get=to(M, S, A)),
    "api_sessions": Row(get=to(M, A, R)),
    "api_open_session": Row(post=to(R)),
    "api_override_washout": Row(post=to(M)),
    "api_abort_session": Row(post=to(M)),
    "api_schedule_session": Row(post=to(M)),
    "api_next_assignment": Row(post=to(R)),
    "api_assignment": Row(get=to(R)),
    "api_assignment_header": Row(get=to(R)),
    "api_assignment_frame": Row(get=to(R)),
    "api_draft": Row(put=to(R)),
    "api_lock_reading": Row(post=to(R)),
    # Not there for anybody: the case is read without AI, and is no training case.
    "api_study_ai": Row(get=to()),
    "api_study_ai_map": Row(get=to()),
    "api_feedback": Row(get=to()),
    "api_reading_events": Row(post=to(R)),
    "api_pause_reading": Row(post=to(R)),
    "api_resume_reading": Row(post=to(R)),
    "api_take_over": Row(post=to(R)),
    "api_void_reading": Row(post=to(M)),
    "api_truth_list": Row(get=to(M, P, S, A)),
    "api_import_truth": Row(post=to(M)),
    "api_freeze_truth": Row(post=to(M)),
    "api_truth": Row(get=to(P)),
    "api_truth_header": Row(get=to(P)),
    "api_truth_frame": Row(get=to(P)),
    "api_vote_truth": Row(post=to(P)),
    "api_adjudicate_truth": Row(post=to(P)),
    "api_failures": Row(get=to(M, A)),
    "api_collect_failures": Row(post=to(M)),
    "api_discordant_failures": Row(get=to(P)),
    "api_failure_distribution": Row(get=to(M, S)),
    "api_adjudicate_failure": Row(post=to(P)),
    "api_results": Row(get=to(M, S, A)),
    "api_result": Row(get=to(M, S, A)),
    "api_amendments": Row(get=to(M, S, A), post=to(M)),
    "api_approve_amendment": Row(post=to(S)),
    "api_export_study": Row(get=to(M, S)),
    "api_debrief": Row(get=to(R)),
}
METHODS = ("get", "post", "put", "patch")
# After opening these answer 404 to those who may, because there is nothing yet; 404 is then no sign of a closed door.
NOTHING_THERE = {"api_approve_amendment"}


@dataclass
class Site:
    """An open study in which the first reader has one case open."""

    clients: dict[str, Client]
    ids: dict[str, Any]


def client_of(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def site() -> Site:
    made = make_study(cases=4)
    made.study.refresh_from_db()
    people = {"panel": make_user("panelist"), "auditor": make_user("auditor1")}
    for role, user in people.items():
        add_member(made.manager, made.study, user.username, role, is_chair=role == "panel")
    opened(made)
    session = ReadingSession.objects.filter(reader__user=made.readers[0]).order_by("ordinal").first()
    open_session(made.readers[0], session)
    found = next_assignment(made.readers[0], made.study, "t")
    # The first case may fall into the aided part: the matrix is about an unaided one.
    assignment = found.assignment
    assert assignment is not None
    arm = made.study.arms.get(code="A")
    if assignment.arm_id != arm.pk:
        Assignment.objects.filter(reader=assignment.reader, case=assignment.case, arm=arm).update(replicate=9)
        Assignment.objects.filter(pk=assignment.pk).update(arm=arm)
        assignment.readings.update(stage="unaided")
    case = assignment.case
    truth = Truth.objects.create(case=case, finding="lung_opacity", version=5)
    item = FailureItem(
        case=case, bundle_id="f" * 64, finding="lung_opacity", outcome="FP", probability=0.9, threshold=0.5
    )
    item.save()
    expired = make_user("expired1")
    Membership.objects.create(study=made.study, user=expired, role="manager", ended_at=START.replace(year=2020))
    other = opened(make_study(cases=4))
    users = {
        "manager": made.manager,
        "reader": made.readers[0],
        "statistician": made.statistician,
        "other_reader": other.readers[0],
        "admin": make_user("siteadmin", "admin"),
        "expired": expired,
        **people,
    }
    ids = {
        "study": made.study.pk,
        "member": Membership.objects.filter(study=made.study, role="auditor").get().pk,
        "reader": Reader.objects.get(study=made.study, user=made.readers[1]).pk,
        "case": Case.objects.filter(study=made.study).exclude(pk=case.pk).first().pk,  # type: ignore[union-attr]
        "session": session.pk if session else None,
        "assignment": assignment.pk,
        "truth": truth.pk,
        "item": item.pk,
        "number": 1,
        "kind": "long_csv",
    }
    return Site({role: client_of(user) for role, user in users.items()} | {"signed_out": client_of(None)}, ids)


def path_of(pattern: Any, ids: dict[str, Any]) -> str:
    route = str(pattern.pattern)
    for converter in ("uuid", "int", "slug"):
        for name, value in ids.items():
            route = route.replace(f"<{converter}:{name}>", str(value))
    assert "<" not in route
    return f"/api/{route}"


def status(client: Client, method: str, path: str) -> int:
    more = {} if method == "get" else {"data": {}, "content_type": "application/json"}
    return int(getattr(client, method)(path, **more).status_code)


def test_every_role_of_a_study_has_a_person_here() -> None:
    assert set(INSIDE) == set(Membership.Role.values)


def test_every_address_has_a_row() -> None:
    names = {pattern.name for pattern in urlpatterns} - {"api_studies"}
    assert names == set(MATRIX), f"add a row for {sorted(names ^ set(MATRIX))}"  # type: ignore[type-var]


def test_nobody_gets_further_than_the_rows_say(site: Site) -> None:
    """One site for all rows, rolled back after each: what a row does must not change what the next one finds."""
    wrong = []
    for pattern in urlpatterns:
        if pattern.name in MATRIX:
            with transaction.atomic():
                wrong += faults(str(pattern.name), path_of(pattern, site.ids), site)
                transaction.set_rollback(True)
    assert wrong == []


def faults(name: str, path: str, site: Site) -> list[str]:
    """Answers that are not what the row says. Those who may come last, so that what they do changes nobody's answer."""
    found = []
    for method in METHODS:
        roles = getattr(MATRIX[name], method)
        order = sorted(INSIDE, key=lambda role: role in (roles or ()))
        for role in ("signed_out", *OUTSIDE, *order):
            code = status(site.clients[role], method, path)
            if not is_good(code, role, roles, name):
                found.append(f"{name} {method} {role}: {code}")
    return found


def is_good(code: int, role: str, roles: frozenset[str] | None, name: str) -> bool:
    if role == "signed_out":
        return code in (401, 403)
    if roles is None:
        return code in (403, 404, 405)
    if role in OUTSIDE:
        return code == 404
    if role not in roles:
        return code in (403, 404)
    return code not in (401, 403) and (code != 404 or name in NOTHING_THERE) and code < 500


def test_a_stranger_is_told_the_same_of_a_study_and_of_none(site: Site) -> None:
    stranger = site.clients["other_reader"]
    real, none = (stranger.get(f"/api/studies/{key}/") for key in (site.ids["study"], uuid.uuid4()))
    assert (real.status_code, real.json()) == (none.status_code, none.json())


def test_the_list_holds_own_studies_only(site: Site) -> None:
    key = str(site.ids["study"])
    for role, client in site.clients.items():
        answer = client.get("/api/studies/")
        if role == "signed_out":
            assert answer.status_code == 401
            continue
        assert (key in answer.content.decode()) == (role in INSIDE), role


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_site_managers_make_studies_and_others_do_not(role: str, client: Client) -> None:
    client.force_login(make_user("maker", role))
    body = {"title": "New", "kind": "reading"}
    answer = client.post("/api/studies/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["roles"]) == (201, ["manager"])
    client.force_login(make_user("no_maker"))
    assert client.post("/api/studies/", body, content_type="application/json").status_code == 403


def test_nothing_of_a_study_may_be_cached(site: Site) -> None:
    for role in ("manager", "reader", "other_reader"):
        assert site.clients[role].get(f"/api/studies/{site.ids['study']}/").headers["Cache-Control"] == "no-store"
