"""A failure-mode study: failures found, coded blind, some twice, decided, counted."""

import json
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from reader_study.allocation import CaseSlot, ReaderSlot
from reader_study.models import FailureItem, FailureMode, ReadingSession, ResultSet
from reader_study.refusal import StudyRefused
from reader_study.results.exports.export_study import export_study
from reader_study.results.lock_study import lock_study
from reader_study.services.change_state import close_study
from reader_study.services.choose_cases import add_cases
from reader_study.services.code_failures import adjudicate_failure, discordant_items
from reader_study.services.collect_failures import allocate_coding, collect_failures, judge
from reader_study.services.create_study import create_study
from reader_study.services.edit_protocol import edit_protocol
from reader_study.services.import_truth import import_truth
from reader_study.services.lock_reading import LockRequest, lock_reading
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.open_study import open_study
from reader_study.services.people import add_member, add_reader
from tests.reader_study.studies.study_factory import START
from tests.reader_study.studies.study_schema import check_against_schema
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user
from webapp.reveal.shown_elsewhere import was_shown_elsewhere
from webapp.sentinel.models import FirstLook, SentinelDraw

BOX = {"x": 100.0, "y": 100.0, "w": 100.0, "h": 100.0}


def truth_of(status: str, *boxes: dict[str, float]) -> Any:
    regions = SimpleNamespace(all=lambda: [SimpleNamespace(**box) for box in boxes])
    return SimpleNamespace(status=status, finding="lung_opacity", regions=regions)


FAR = {"x": 700.0, "y": 100.0, "w": 100.0, "h": 100.0}
CASES = [
    (0.9, [], truth_of("0"), ["FP"]),
    (0.1, [], truth_of("1", BOX), ["FN_IMG"]),
    (0.9, [FAR], truth_of("1", BOX), ["FN_LOC"]),
    (0.9, [BOX], truth_of("1", BOX), []),
    (0.9, [BOX, FAR], truth_of("1", BOX), ["FP_LOC"]),
    (0.1, [], truth_of("0"), []),
    (0.5, [], truth_of("0"), ["FP"]),  # at the threshold the image is called
]


@pytest.mark.parametrize(("probability", "boxes", "truth", "outcomes"), CASES)
def test_the_outcome_of_one_answer(probability: float, boxes: Any, truth: Any, outcomes: list[str]) -> None:
    row = {"probability": probability, "boxes": boxes}
    assert [item["outcome"] for item in judge(row, 0.5, truth, 1000)] == outcomes


def test_a_wrong_box_keeps_the_missed_region_and_the_distance_of_centres() -> None:
    (item,) = judge({"probability": 0.9, "boxes": [FAR]}, 0.5, truth_of("1", BOX), 1200)
    assert (item["missed_region"], item["centre_distance_px"], item["centre_distance_share"]) == (BOX, 600, 0.5)


@pytest.mark.parametrize(
    ("readers", "cases", "share", "double"),
    [(2, 10, 0.2, 2), (3, 11, 0.2, 3), (1, 5, 0.2, 0), (4, 8, 1, 8), (3, 9, 0, 0)],
)
def test_cases_are_dealt_evenly_and_a_share_goes_to_two_readers(
    readers: int, cases: int, share: float, double: int
) -> None:
    people = [ReaderSlot(f"R{k}") for k in range(readers)]
    found = allocate_coding(people, [CaseSlot(f"C{k}", f"P{k}") for k in range(cases)], share, 5)
    by_case: dict[str, set[str]] = {}
    for one in found:
        by_case.setdefault(one.case, set()).add(one.reader)
    assert len(found) == cases + double
    assert sum(len(names) == 2 for names in by_case.values()) == double
    counts = [sum(one.reader == reader.code for one in found) for reader in people]
    assert max(counts) - min(counts) <= max(2, double)


@pytest.fixture
def study(db: None) -> Any:
    """Four false positives and two misses, two readers, everything coded twice."""
    manager = make_user(f"fm-{uuid.uuid4().hex[:6]}", "manager")
    row = create_study(manager, "Failures", "failure_mode", seed=3)
    plan = {"bundle_id": BUNDLE, "double_share": 1.0, "outcomes": ["FP", "FN_IMG", "FN_LOC"]}
    finding = {"code": "lung_opacity", "label": "Opacity", "scale": "0-100", "cut": 50, "primary": True}
    edit_protocol(manager, row, {"failure": plan, "findings": [finding]}, whole=False)
    images = [make_image() for _ in range(8)]
    for k, image in enumerate(images):
        make_result(image, 0.9 if k < 6 and k not in (4, 5) else 0.1, image_sha256=image.stored_sha256)
    cases = add_cases(manager, row, images)
    lines = [f"{case.code},lung_opacity,{int(k in (4, 5))}" for k, case in enumerate(cases)]
    import_truth(manager, row, "\n".join(["case,finding,status", *lines]))
    people = [make_user(f"{row.slug}-coder{k}") for k in range(2)]
    for person in people:
        add_reader(manager, row, person.username)
    chair = make_user(f"{row.slug}-chair")
    add_member(manager, row, chair.username, "panel", is_chair=True)
    second = make_user(f"{row.slug}-second")
    add_member(manager, row, second.username, "manager")
    return SimpleNamespace(row=row, manager=manager, second=second, chair=chair, readers=people, cases=cases)


def coding(item: FailureItem, site: str, cause: str = "NRM", **more: Any) -> dict[str, Any]:
    return {"item": str(item.pk), "site": site, "cause": cause, "severity": 1, "laterality": "R"} | more


def code_all(study: Any, user: Any, site: Any) -> int:
    session = ReadingSession.objects.get(reader__user=user)
    open_session(user, session, START)
    count = 0
    while (found := next_assignment(user, study.row, "t", START)).state == "reading":
        assignment = found.assignment
        assert assignment is not None
        assert was_shown_elsewhere(user, assignment.case.image), (
            "a failure of the model tells what it said, coded or not"
        )
        body = {"codings": [coding(item, site(item)) for item in assignment.case.failure_items.all()]}
        lock_reading(user, study.row, assignment.pk, LockRequest("coding", body, uuid.uuid4().hex, "t"), START)
        count += 1
    return count


def test_failures_are_found_coded_decided_and_counted(study: Any) -> None:
    found = collect_failures(study.manager, study.row)
    assert found["counts"] == {"FN_IMG": 2, "FP": 4}
    assert collect_failures(study.manager, study.row)["items"] == 6  # once more changes nothing
    study.row = open_study(study.manager, study.row)
    coded = FailureItem.objects.filter(case__study=study.row).order_by("pk")[0].case.image
    assert not was_shown_elsewhere(study.readers[0], coded)
    assert code_all(study, study.readers[0], lambda item: "HIL") == 6
    odd = FailureItem.objects.filter(outcome="FP").order_by("pk")[0]
    assert code_all(study, study.readers[1], lambda item: "CLA" if item.pk == odd.pk else "HIL") == 6
    assert [item.pk for item in discordant_items(study.row)] == [odd.pk]
    study.row = close_study(study.manager, study.row)
    with pytest.raises(StudyRefused, match="1 failures wait for the chair"):
        lock_study(study.manager, study.row)
    adjudicate_failure(
        study.chair, study.row, odd, {k: v for k, v in coding(odd, "CLA").items() if k != "item"} | {"attendees": ["a"]}
    )
    assert was_shown_elsewhere(study.chair, odd.case.image)
    lock_study(study.manager, study.row)
    study.row = lock_study(study.second, study.row)
    document = ResultSet.objects.get(study=study.row).document["failure_modes"]
    rows = {(row["outcome"], row["site"]): row["n"] for row in document["sites"]}
    assert rows == {("FN_IMG", "HIL"): 2, ("FP", "CLA"): 1, ("FP", "HIL"): 3}
    assert (document["shares"]["HIL"]["n"], document["shares"]["HIL"]["of"]) == (3, 4)
    # Wilson interval of 3 of 4: centre (.75 + z^2/8) / (1 + z^2/4) with z = 1.959964.
    assert document["shares"]["HIL"]["ci"] == pytest.approx([0.30064, 0.95441], abs=1e-4)
    assert (document["kappa"]["site"]["n"], document["kappa"]["cause"]["estimate"]) == (6, None)
    exported = json.loads(export_study(study.row, "study_json").content)
    check_against_schema(exported)
    by_item = {row["id"]: row for row in exported["failures"]}
    assert sorted(row["outcome"] for row in by_item.values()) == ["FN_IMG"] * 2 + ["FP"] * 4
    told = [(row["adjudication"], bool(row["reader"]), row["site"]) for row in by_item[str(odd.pk)]["codings"]]
    assert sorted(told) == [(False, True, "CLA"), (False, True, "HIL"), (True, False, "CLA")]


def test_no_failure_tells_of_a_drawn_case_before_anybody_looked(study: Any) -> None:
    """Truth is the manager's own: with it, a failure or none would be the model's call."""
    for case in study.cases[3:5]:
        draw = SentinelDraw.objects.create(image=case.image, probability=0.05, is_drawn=True)
    assert collect_failures(study.manager, study.row)["counts"] == {"FN_IMG": 1, "FP": 3}
    FirstLook.objects.create(draw=draw, reader=study.readers[0], broken="urgent", lock_key="k")
    assert collect_failures(study.manager, study.row)["counts"] == {"FN_IMG": 2, "FP": 3}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"site": "TOE"}, "site 'TOE' is not one of HIL"),
        ({"cause": "ANC"}, "cause ANC is for aided readers only"),
        ({"severity": 9}, "severity '9' is not one of 0, 1, 2, 3"),
        ({"outcome": "FN_IMG"}, "contradicts truth"),
        ({"region": {"x": -5, "y": 0, "w": 1, "h": 1}}, "leaves the image"),
        ({"colour": 1}, "'colour' is not one of item"),
        ({"item": "x"}, "is not a failure of this case"),
    ],
)
def test_a_wrong_code_is_refused(study: Any, change: dict[str, Any], text: str) -> None:
    collect_failures(study.manager, study.row)
    study.row = open_study(study.manager, study.row)
    user = study.readers[0]
    open_session(user, ReadingSession.objects.get(reader__user=user), START)
    assignment = None
    while assignment is None or not assignment.case.failure_items.filter(outcome="FP").exists():
        if assignment is not None:
            body = {"codings": [coding(item, "HIL") for item in assignment.case.failure_items.all()]}
            lock_reading(user, study.row, assignment.pk, LockRequest("coding", body, uuid.uuid4().hex, "t"), START)
        assignment = next_assignment(user, study.row, "t", START).assignment
    item = assignment.case.failure_items.get()
    body = {"codings": [coding(item, "HIL") | change]}
    with pytest.raises(StudyRefused, match=text):
        lock_reading(user, study.row, assignment.pk, LockRequest("coding", body, "k", "t"), START)
    assert not FailureMode.objects.filter(item=item).exists()
    with pytest.raises(StudyRefused, match=f"Not answered yet: codings.{item.pk}"):
        lock_reading(user, study.row, assignment.pk, LockRequest("coding", {"codings": []}, "k", "t"), START)


def test_a_code_for_wrong_truth_asks_a_question_and_changes_no_truth(study: Any) -> None:
    collect_failures(study.manager, study.row)
    study.row = open_study(study.manager, study.row)
    user = study.readers[0]
    open_session(user, ReadingSession.objects.get(reader__user=user), START)
    assignment = next_assignment(user, study.row, "t", START).assignment
    assert assignment is not None
    item = assignment.case.failure_items.get()
    before = list(assignment.case.truths.values_list("status", "version"))
    body = {"codings": [coding(item, "HIL", "TRL")]}
    lock_reading(user, study.row, assignment.pk, LockRequest("coding", body, "k", "t"), START)
    assert study.row.deviations.get().text == f"truth query: a reader takes the truth of failure {item.pk} for wrong"
    assert list(assignment.case.truths.values_list("status", "version")) == before
