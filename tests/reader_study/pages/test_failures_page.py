"""The page of a failure-mode study: collect, coding progress in counts, the chair's decision, the distribution after the lock."""

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from reader_study.models import FailureItem, FailureMode, ReadingSession
from reader_study.results.lock_study import lock_study
from reader_study.services.change_state import close_study
from reader_study.services.choose_cases import add_cases
from reader_study.services.collect_failures import predicted_boxes
from reader_study.services.create_study import create_study
from reader_study.services.edit_protocol import edit_protocol
from reader_study.services.import_truth import import_truth
from reader_study.services.lock_reading import LockRequest, lock_reading
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.open_study import open_study
from reader_study.services.people import add_member, add_reader
from tests.reader_study.studies.study_factory import START, locked_study, make_study, opened
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user

pytestmark = pytest.mark.django_db
FINDING = {"code": "lung_opacity", "label": "Opacity", "scale": "0-100", "cut": 50, "primary": True}


@pytest.fixture
def study() -> Any:
    """A draft with two false positives and a miss to be found; both readers code each."""
    manager = make_user("fm_manager", "manager")
    row = create_study(manager, "Failures by pages", "failure_mode", seed=3)
    edit_protocol(
        manager, row, {"failure": {"bundle_id": BUNDLE, "double_share": 1.0}, "findings": [FINDING]}, whole=False
    )
    images = [make_image() for _ in range(4)]
    for k, image in enumerate(images):
        make_result(image, 0.1 if k == 2 else 0.9, image_sha256=image.stored_sha256)
    cases = add_cases(manager, row, images)
    lines = [f"{case.code},lung_opacity,{int(k >= 2)}" for k, case in enumerate(cases)]
    import_truth(manager, row, "\n".join(["case,finding,status", *lines]))
    people = {
        role: make_user(f"fm_{role}") for role in ("coder", "coder2", "chair", "voter", "statistician", "auditor")
    }
    add_reader(manager, row, "fm_coder")
    add_reader(manager, row, "fm_coder2")
    add_member(manager, row, "fm_chair", "panel", is_chair=True)
    add_member(manager, row, "fm_voter", "panel")
    for role in ("statistician", "auditor"):
        add_member(manager, row, f"fm_{role}", role)
    return SimpleNamespace(row=row, path=f"/studies/{row.pk}/failures/", people={"manager": manager, **people})


def page_of(study: Any, role: str, path: str = "", data: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(study.people[role])
    if data is not None:
        return client.post(study.path + path, data, follow=True)
    return client.get(study.path + path)


def collected(study: Any) -> Any:
    return page_of(study, "manager", "collect/", {"truth_study": ""})


def code_everything(study: Any, role: str, site: str) -> None:
    user = study.people[role]
    open_session(user, ReadingSession.objects.get(reader__user=user), START)
    while (found := next_assignment(user, study.row, "t", START)).state == "reading":
        assert found.assignment is not None
        codings = [
            {"item": str(item.pk), "site": site if item.outcome == "FP" else "HIL", "cause": "NRM", "severity": 1}
            for item in found.assignment.case.failure_items.all()
        ]
        request = LockRequest("coding", {"codings": codings}, uuid.uuid4().hex, "t")
        lock_reading(user, study.row, found.assignment.pk, request, START)


def test_a_manager_collects_and_sees_counts(study: Any) -> None:
    before = page_of(study, "manager").content.decode()
    assert "No failures yet" in before
    page = collected(study).content.decode()
    assert "The failures are collected" in page
    assert FailureItem.objects.filter(case__study=study.row).count() == 3
    for words in ("False positive", "0 of 2", "False negative", "0 of 1"):
        assert words in page, words


def test_the_truth_of_a_locked_study_can_be_used_by_its_managers_only(study: Any) -> None:
    other = locked_study(opened(make_study(cases=4)))
    assert other.study.title not in page_of(study, "manager").content.decode()
    assert page_of(study, "manager", "collect/", {"truth_study": str(other.study.pk)}).status_code == 404
    add_member(other.manager, other.study, "fm_manager", "manager")
    assert other.study.title in page_of(study, "manager").content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "collects"),
    [
        ("manager", 200, 200),
        ("auditor", 200, 403),
        ("statistician", 200, 403),
        ("chair", 200, 403),
        ("coder", 403, 403),
    ],
)
def test_who_sees_the_page_and_who_collects(study: Any, role: str, sees: int, collects: int) -> None:
    assert page_of(study, role).status_code == sees
    assert page_of(study, role, "collect/", {}).status_code == collects
    assert FailureItem.objects.filter(case__study=study.row).exists() is (collects == 200)


def test_two_codings_that_differ_are_seen_and_decided_by_the_chair_alone(study: Any) -> None:
    collected(study)
    study.row = open_study(study.people["manager"], study.row)
    code_everything(study, "coder", "HIL")
    code_everything(study, "coder2", "CLA")
    for role in ("manager", "auditor", "statistician", "voter"):
        page = page_of(study, role).content.decode()
        assert "clavicle" not in page
        assert "hilum" not in page
        assert page.count('data-testid="discordant"') == 0
    page = page_of(study, "chair").content.decode()
    assert page.count('data-testid="discordant"') == 2
    assert "hilum" in page
    item = FailureItem.objects.filter(outcome="FP").order_by("pk").first()
    assert item is not None
    answer = {"site": "CLA", "laterality": "R", "cause": "OVL", "severity": "2", "confidence": "4", "attendees": "A, B"}
    assert page_of(study, "voter", f"{item.pk}/decide/", answer).status_code == 403
    lacking = page_of(study, "chair", f"{item.pk}/decide/", answer | {"severity": ""}).content.decode()
    assert "severity" in lacking
    assert not FailureMode.objects.filter(is_adjudication=True).exists()
    page_of(study, "chair", f"{item.pk}/decide/", answer)
    row = FailureMode.objects.get(is_adjudication=True)
    assert (row.item, row.site, row.severity, row.attendees) == (item, "CLA", 2, ["A", "B"])
    assert page_of(study, "chair").content.decode().count('data-testid="discordant"') == 1


def test_only_the_boxes_that_readers_are_shown_are_predicted_places() -> None:
    sides = dict.fromkeys("xywh", 1.0)
    boxes = [
        {**sides, "rule": "mass95", "map": "gradcam", "w": 900.0},
        {**sides, "rule": "component", "map": "gradcam", "x": 5.0},
        {**sides, "rule": "component", "map": "gradcam", "x": 6.0},
        {**sides, "rule": "component", "map": "classmaps", "x": 7.0},
        {**sides, "rule": "classmap-fixed", "map": "classmaps", "x": 8.0},
    ]
    assert [box["x"] for box in predicted_boxes({"boxes": boxes})] == [5.0, 6.0]
    assert predicted_boxes({"boxes": None}) == []


def test_the_distribution_is_drawn_after_the_lock(study: Any) -> None:
    collected(study)
    manager = study.people["manager"]
    study.row = open_study(manager, study.row)
    code_everything(study, "coder", "HIL")
    code_everything(study, "coder2", "HIL")
    study.row = close_study(manager, study.row)
    assert "data-figure" not in page_of(study, "manager").content.decode()
    lock_study(manager, study.row)
    lock_study(study.people["statistician"], study.row)
    page = page_of(study, "manager").content.decode()
    for words in ("Failures by site and cause", "At the hilum and at the clavicle", "Agreement of the two coders"):
        assert words in page, words
    assert 'data-figure="failures-0-0"' in page
    assert "data-figure" not in page_of(study, "auditor").content.decode()
