"""Every address of reader studies that a drawn case is in: not a byte of the model before the first answer, whoever asks.

In a study its own order holds: there the first answer is the unaided one, and the model opens with it to that reader alone.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from reader_study.models import Assignment, Case, FailureItem, Membership, Reader, ReadingSession, Truth
from reader_study.services.choose_cases import add_cases
from reader_study.services.collect_failures import collect_failures
from reader_study.services.create_study import create_study
from reader_study.services.edit_protocol import edit_protocol
from reader_study.services.import_truth import import_truth
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.people import add_member
from tests.reader_study.studies.study_factory import MadeStudy, answers, lock, make_study, opened, second_read_body
from tests.webapp.sentinel.test_sentinel_crawl import SECRETS, by_token, leaks, secret, tell_all  # noqa: F401  a fixture
from tests.webapp.test_every_address import ADDRESSES
from tests.webapp.viewer.case_factory import BUNDLE, make_user
from webapp.archive.models import Image
from webapp.sentinel.models import FirstLook

pytestmark = pytest.mark.django_db
KINDS = ("gradcam", "long_csv", "study_json", "imrmc")
FILTERS = ({"decision": "positive"}, {"bundle": BUNDLE}, {"verdict": "false_positive"}, {"has_failure": True})


@dataclass
class StudyOfSecret:
    """A study that holds the drawn case alone, and its people. whole: addresses are asked with every id that there is, not with the
    first of each kind."""

    made: MadeStudy
    image: Image
    people: dict[str, Client]
    whole: bool = True
    post_only: set[str] = field(default_factory=set)

    @property
    def case(self) -> Case:
        return self.made.study.cases.get(image=self.image)

    def addresses(self) -> Iterator[str]:
        """Every address below a study, with the ids of it."""
        study, reader = self.made.study, self.made.readers[0]
        rows: dict[str, list[Any]] = {
            "study": [study.pk],
            "member": list(Membership.objects.filter(study=study).values_list("pk", flat=True)),
            "reader": own_first(Reader.objects.filter(study=study), user=reader),
            "case": [self.case.pk],
            "session": own_first(ReadingSession.objects.filter(reader__study=study), reader__user=reader),
            "assignment": own_first(Assignment.objects.filter(reader__study=study), reader__user=reader),
            "truth": list(Truth.objects.filter(case__study=study).values_list("pk", flat=True)),
            "item": list(FailureItem.objects.filter(case__study=study).values_list("pk", flat=True)),
            "int number": [1],
            "slug kind": KINDS,
            "slug reader": ["R01"],
            "slug step": ["pause"],
            "slug which": ["case"],
        }
        if not self.whole:
            rows = {name: values[:1] for name, values in rows.items()} | {"slug kind": KINDS[:2]}
        for _, route in ADDRESSES:
            if "studies/<" in route:
                yield from ("/" + path.replace("^", "").replace("$", "") for path in filled(route, rows))

    def told(self, client: Client) -> dict[str, str]:
        """Address -> what it answers. An address that can't be asked says so to everybody, and is asked once."""
        found = {}
        for path in self.addresses():
            if path in self.post_only:
                continue
            answer = client.get(path, headers={"X-Tab": "t"})
            if answer.status_code == 405:
                self.post_only.add(path)
            found[path] = f"{answer.content.decode('utf-8', 'replace')} {dict(answer.headers)}"
        return found

    def leaks(self, client: Client) -> list[str]:
        return [f"{path}: {word}" for path, text in self.told(client).items() for word in SECRETS if word in text]


def own_first(rows: Any, **own: Any) -> list[Any]:
    """Ids of the rows, those of the first reader before the others."""
    return list(rows.filter(**own).values_list("pk", flat=True)) + list(
        rows.exclude(**own).values_list("pk", flat=True)
    )


def filled(route: str, rows: dict[str, list[Any]]) -> Iterator[str]:
    """The route with each value of its first name, and so on; an id that there is none of stays unknown."""
    mark = re.search(r"<(\w+):(\w+?)(_id)?>", route)
    if mark is None:
        yield route
        return
    values = rows.get(mark[2]) if mark[1] == "uuid" else rows[f"{mark[1]} {mark[2]}"]
    for value in values or [uuid.UUID(int=1)]:
        yield from filled(route.replace(mark[0], str(value), 1), rows)


@pytest.fixture
def own(secret: Image) -> StudyOfSecret:  # noqa: F811  the fixture of the crawl
    """Two readers, read without and then with the model."""
    tell_all(secret)
    made = make_study({**second_read_body(), "washout": {"min_days": 0}}, cases=0)
    (case,) = add_cases(made.manager, made.study, [secret])
    lines = [
        "case,finding,status,x,y,w,h",
        f"{case.code},lung_opacity,1,9,9,30,40",
        f"{case.code},pleural_effusion,0,,,,",
    ]
    import_truth(made.manager, made.study, "\n".join(lines))
    users = {"manager": made.manager, "second": made.second, "statistician": made.statistician}
    for role in ("panel", "auditor"):
        users[role] = make_user(f"{role} of the secret".replace(" ", "_"))
        add_member(made.manager, made.study, users[role].username, role)
    users |= {"reader": made.readers[0], "colleague": made.readers[1], "stranger": make_user("stranger")}
    people = {name: Client(raise_request_exception=False) for name in users}
    for name, user in users.items():
        people[name].force_login(user)
    return StudyOfSecret(made, secret, {**people, "token": by_token(made.readers[0]), "nobody": Client()})


def whoever_is_told(own: StudyOfSecret, *without: str) -> dict[str, list[str]]:
    """Person -> leaks below the study, and of the reader everywhere else, too; without those who meet none."""
    found = {name: own.leaks(client) for name, client in own.people.items() if name not in without}
    if own.whole or not without:
        found["reader"] += leaks(own.people["reader"], own.image)
    return {name: words for name, words in found.items() if words}


def test_the_crawl_asks_every_address_of_the_study(own: StudyOfSecret) -> None:
    opened(own.made)
    asked = set(own.addresses())
    assert len(asked) > 80
    assert not [path for path in asked if "<" in path or "None" in path]
    assert f"/api/studies/{own.made.study.pk}/cases/{own.case.pk}/" in asked
    reached = {path for path in asked if own.people["manager"].get(path).status_code == 200}
    assert {f"/studies/{own.made.study.pk}/cases/", f"/api/studies/{own.made.study.pk}/cases/"} <= reached


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["one of each", "all"])
def test_no_study_tells_of_the_model_before_the_first_answer(whole: bool, own: StudyOfSecret) -> None:
    """`make check` asks with one id of each kind for those who may see most; all ids, and everybody in every stage: `make test`."""
    made, own.whole = own.made, whole
    outside = ["second", "token", "stranger", "nobody"]  # whom every stage refuses alike, or as another whom it asks
    if not whole:
        for name in ("second", "auditor", "stranger", "nobody"):
            del own.people[name]
        outside = ["token", "colleague", "panel", "statistician"]
    assert whoever_is_told(own, *outside) == {}, "draft"
    opened(made)
    assert made.study.cases.get().ai_outputs.count() == 1, "the model's answer is frozen in the study"
    assert whoever_is_told(own, *outside) == {}, "open"
    reader = made.readers[0]
    open_session(reader, ReadingSession.objects.filter(reader__user=reader).order_by("ordinal")[0])
    found = next_assignment(reader, made.study, "t").assignment
    assert found is not None
    assert found.case.image_id == own.image.pk
    assert whoever_is_told(own) == {}, "in the unaided stage"
    lock(reader, made.study, found, "unaided", answers())
    ai = f"/api/studies/{made.study.pk}/assignments/{found.pk}/ai/"
    told = whoever_is_told(own)
    assert set(told) == {"reader", "token"}, "to that reader alone"
    assert {leak.split(": ")[0] for leak in told["reader"]} == {ai}, "and in the study alone"
    assert not FirstLook.objects.exists()


@pytest.mark.parametrize("criteria", FILTERS, ids=[next(iter(one)) for one in FILTERS])
def test_no_search_for_cases_by_the_models_output_finds_it(own: StudyOfSecret, criteria: dict[str, Any]) -> None:
    manager, study = own.people["manager"], create_study(own.made.manager, "Another draft")
    found = manager.post(f"/api/studies/{study.pk}/cases/search/", criteria, content_type="application/json")
    assert found.status_code == 200
    page = manager.get(
        f"/studies/{study.pk}/cases/", {"find": "1", **{name: str(value) for name, value in criteria.items()}}
    )
    for answer in (found, page):
        text = answer.content.decode()
        assert [word for word in (*SECRETS, str(own.image.pk)) if word in text] == []


def test_a_study_of_failures_collects_and_tells_nothing_of_it(own: StudyOfSecret) -> None:
    manager = own.made.manager
    study = create_study(manager, "Failures of the drawn", "failure_mode", seed=3)
    findings = [{"code": "only_here", "label": "Finding", "scale": "0-100", "cut": 50, "primary": True}]
    plan = {"bundle_id": BUNDLE, "thresholds": {"only_here": 0.5}}
    edit_protocol(manager, study, {"failure": plan, "findings": findings}, whole=False)
    (case,) = add_cases(manager, study, [own.image])
    import_truth(manager, study, f"case,finding,status\n{case.code},only_here,0")
    assert collect_failures(manager, study)["items"] == 0
    own.made.study = study
    asked = [leak for leak in own.leaks(own.people["manager"]) if not leak.endswith(("only_here", "Only here"))]
    assert asked == [], "the protocol alone names the finding"
