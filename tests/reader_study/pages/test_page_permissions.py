"""Every page under /studies/, asked by every role: an address without a row here fails.

Through = neither 403 nor 404; a page may still say "not now" (409), a form may lead back with a message (302).
"""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from reader_study.models import Case, FailureItem, Membership, Reader, ReadingSession, Truth
from reader_study.pages.page_urls import page_urlpatterns
from reader_study.services.people import add_member
from tests.reader_study.studies.study_factory import START, locked_study, make_study, opened
from tests.webapp.viewer.case_factory import BUNDLE, make_user

pytestmark = pytest.mark.django_db
INSIDE = ("manager", "reader", "panel", "statistician", "auditor")
OUTSIDE = ("other_reader", "admin", "expired")
M, R, P, S, A = INSIDE
ALL = frozenset(INSIDE)


@dataclass(frozen=True)
class Row:
    """method -> roles that get through; None: the method is not allowed."""

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None


def to(*roles: str) -> frozenset[str]:
    return frozenset(roles)


# Steps of the study's life answer every member with a redirect; what they do is refused by the service, with a message.
MATRIX: dict[str, Row] = {
    "study": Row(get=ALL),
    "step_study": Row(post=ALL),
    "lock_study": Row(post=ALL),
    "withdraw_study": Row(post=ALL),
    "rename_study": Row(post=to(M)),
    "copy_study": Row(post=ALL),
    "study_protocol": Row(get=to(M, P, S, A), post=to(M, P, S, A)),
    "study_people": Row(get=to(M, S, A)),
    "add_study_reader": Row(post=to(M, S, A)),
    "withdraw_study_reader": Row(post=to(M, S, A)),
    "add_study_member": Row(post=to(M, S, A)),
    "end_study_member": Row(post=to(M, S, A)),
    "study_cases": Row(get=to(M, A)),
    "add_study_cases": Row(post=to(M, A)),
    "change_study_case": Row(post=to(M, A)),
    "void_study_case": Row(post=to(M, A)),
    "study_sizing": Row(get=to(M, S)),
    "study_allocation": Row(get=to(M, A)),
    "study_truth": Row(get=to(M, P, S, A)),
    "import_study_truth": Row(post=to(M)),
    "freeze_study_truth": Row(post=to(M)),
    "truth_vote": Row(get=to(P)),
    "study_failures": Row(),  # a reading study has none; see test_failures_page.py
    "collect_study_failures": Row(post=to(M)),
    "decide_failure": Row(post=to(P)),
    "study_look_alikes": Row(get=to(M, A)),
    "look_alike_picture": Row(get=to(M, A)),
    "release_look_alike": Row(post=to(M, A)),
    "study_progress": Row(get=to(M, A)),
    "add_deviation": Row(post=to(M, A)),
    "override_session": Row(post=to(M)),
    "stop_session": Row(post=to(M)),
    "study_results": Row(get=to(M, S, A)),
    "study_result": Row(get=to(M, S, A)),
    "study_report": Row(get=to(M, S)),
    "study_reader_report": Row(get=to(M, S)),
    "study_debrief": Row(get=to(R)),
    "propose_amendment": Row(post=to(M)),
    "approve_amendment": Row(post=to(S)),
}
# The scheme and the report are those of the site: test_failure_scheme_page.py, test_failure_report.py.
SCHEME = {"failure_scheme_page", "change_failure_scheme", "publish_failure_scheme", "failure_report", "hard_examples"}
# The reading page is 404, not 403, to members who do not read: test_only_readers_of_the_study_reach_its_reading_page.
APART = {"studies", "add_study", "study_reading"} | SCHEME
# 404 also for those who may: before the lock there is no amendment.
NOTHING_THERE = {"approve_amendment", "look_alike_picture", "release_look_alike"}  # nor is anything alike


@dataclass
class Site:
    clients: dict[str, Client]
    ids: dict[str, Any]


@pytest.fixture
def site() -> Site:
    made = make_study(cases=4)
    made.study.refresh_from_db()
    people = {"panel": make_user("panelist"), "auditor": make_user("auditor1")}
    for role, user in people.items():
        add_member(made.manager, made.study, user.username, role, is_chair=role == "panel")
    opened(made)
    case = Case.objects.filter(study=made.study).first()
    expired = make_user("expired1")
    Membership.objects.create(study=made.study, user=expired, role="manager", ended_at=START.replace(year=2020))
    users = {
        "manager": made.manager,
        "reader": made.readers[0],
        "statistician": made.statistician,
        "other_reader": opened(make_study(cases=4)).readers[0],
        "admin": make_user("siteadmin", "admin"),
        "expired": expired,
        **people,
    }
    ids = {
        "study_id": made.study.pk,
        "member_id": Membership.objects.get(study=made.study, role="auditor").pk,
        "reader_id": Reader.objects.get(study=made.study, user=made.readers[1]).pk,
        "case_id": case.pk if case else None,
        "session_id": ReadingSession.objects.filter(reader__study=made.study).first().pk,  # type: ignore[union-attr]
        "truth_id": Truth.objects.create(case=case, finding="lung_opacity", version=5).pk,
        "item_id": FailureItem.objects.create(
            case=case, bundle_id=BUNDLE, finding="lung_opacity", outcome="FP", probability=0.9, threshold=0.5
        ).pk,
        "number": 1,
        "hidden_id": uuid.uuid4(),
        "which": "case",
        "step": "pause",
        "reader": "R01",
    }
    clients = {role: Client(raise_request_exception=False) for role in (*users, "signed_out")}
    for role, user in users.items():
        clients[role].force_login(user)
    return Site(clients, ids)


def path_of(pattern: Any, ids: dict[str, Any]) -> str:
    route = str(pattern.pattern)
    for converter in ("uuid", "int", "slug"):
        for name, value in ids.items():
            route = route.replace(f"<{converter}:{name}>", str(value))
    assert "<" not in route
    return f"/{route}"


def test_every_role_of_a_study_has_a_person_here() -> None:
    assert set(INSIDE) == set(Membership.Role.values)


def test_every_page_has_a_row() -> None:
    names = {str(pattern.name) for pattern in page_urlpatterns} - APART
    assert names == set(MATRIX), f"add a row for {sorted(names ^ set(MATRIX))}"


def test_nobody_gets_further_than_the_rows_say(site: Site) -> None:
    wrong = []
    for pattern in page_urlpatterns:
        if pattern.name in MATRIX:
            with transaction.atomic():
                wrong += faults(str(pattern.name), path_of(pattern, site.ids), site)
                transaction.set_rollback(True)
    assert wrong == []


def faults(name: str, path: str, site: Site) -> list[str]:
    found = []
    for method in ("get", "post"):
        roles = getattr(MATRIX[name], method)
        for role in ("signed_out", *OUTSIDE, *sorted(INSIDE, key=lambda role: role in (roles or ()))):
            code = getattr(site.clients[role], method)(path).status_code
            if not is_good(code, role, roles, name):
                found.append(f"{name} {method} {role}: {code}")
    return found


def is_good(code: int, role: str, roles: frozenset[str] | None, name: str) -> bool:
    if role == "signed_out":
        return code == 302
    if role in OUTSIDE:
        return code == 404
    if roles is None:
        return code in (403, 404, 405, 409)
    if role not in roles:
        return code in (403, 404)
    return code not in (401, 403) and (code != 404 or name in NOTHING_THERE) and code < 500


@pytest.mark.parametrize("step", ["pause", "close", "open", "archive"])
def test_a_step_by_somebody_who_may_not_changes_nothing(site: Site, step: str) -> None:
    for role in set(INSIDE) - {"manager"}:
        site.clients[role].post(f"/studies/{site.ids['study_id']}/step/{step}/")
    page = site.clients["manager"].get(f"/studies/{site.ids['study_id']}/").content.decode()
    assert '<span data-testid="study-state">Open</span>' in page


def test_only_readers_of_the_study_reach_its_reading_page(site: Site) -> None:
    path = f"/studies/{site.ids['study_id']}/read/"
    codes = {role: client.get(path).status_code for role, client in site.clients.items()}
    assert codes.pop("signed_out") == 302
    assert codes.pop("reader") == 200
    assert set(codes.values()) == {404}
    assert site.clients["reader"].get(f"/studies/{uuid.uuid4()}/read/").status_code == 404


def test_names_are_for_managers_only(site: Site) -> None:
    path = f"/studies/{site.ids['study_id']}/people/"
    name = Reader.objects.get(pk=site.ids["reader_id"]).user.username
    assert name in site.clients["manager"].get(path).content.decode()
    for role in ("statistician", "auditor"):
        page = site.clients[role].get(path).content.decode()
        assert "R02" in page
        assert name not in page


@pytest.mark.slow
def test_an_auditor_sees_hashes_of_results_and_no_number() -> None:
    made = locked_study(opened(make_study(cases=8)))
    auditor = make_user("auditor2")
    add_member(made.manager, made.study, auditor.username, "auditor")
    client = Client()
    client.force_login(auditor)
    page = client.get(f"/studies/{made.study.pk}/results/").content.decode()
    assert made.study.result_sets.get().sha256 in page
    assert "data-figure" not in page
    assert "<th>reader</th>" not in page
