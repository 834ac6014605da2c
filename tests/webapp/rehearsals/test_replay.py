"""After the verdict: every reviewed case besides the reference set, what it tells, and what it never decides."""

from collections.abc import Callable
from typing import Any

import pytest

from reader_study.patient_key import patient_key
from tests.webapp.change_plans.conftest import OPACITY, seen_first
from tests.webapp.rehearsals.conftest import GATES, POSITIVES, again, in_force, jobs, run_all
from tests.webapp.viewer.case_factory import make_image, make_result, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.archive.storage import IntegrityMismatch
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals import answering, case_run
from webapp.rehearsals.ask import LOWEST, RehearsalRefused, ask_rehearsal
from webapp.rehearsals.models import CaseOutput, Rehearsal, ReplayFault
from webapp.rehearsals.replay import REPLAY, failed_cases, retry_failed
from webapp.retraining import trained_on
from webapp.retraining.trained_on import Taught
from webapp.reviews.record_review import record_review
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewed(reference: ReferenceSet, reader: User, inputs: dict[Any, float]) -> dict[str, Image]:
    """Locked already is the set: a first look with the finding, one without, and a false positive marked beside the model.

    The model in service flags bright images; .9 is bright, .7 is not."""
    found = {"seen": seen_first(reader, True), "clear": seen_first(reader, False), "aided": make_image()}
    inputs |= {found["seen"].pk: 0.9, found["clear"].pk: 0.7, found["aided"].pk: 0.9}
    make_result(found["aided"], image_sha256=found["aided"].stored_sha256)
    record_review(reader, found["aided"], review_body(finding=OPACITY))
    return found


def replayed(row: Rehearsal) -> dict[str, Any]:
    report: dict[str, Any] = again(row).replays.first().report
    return report


def taught_by(monkeypatch: pytest.MonkeyPatch, candidate: DeployedBundle, **what: Any) -> None:
    own = Taught(**what)
    monkeypatch.setattr(trained_on, "teachers", [lambda bundle_id: own if bundle_id == candidate.pk else None])


def test_reviewed_cases_are_answered_after_the_verdict_by_kind_of_label(
    ada: User,
    project: Project,
    plan: ChangePlan,
    make_candidate: Callable[..., DeployedBundle],
    reviewed: dict[str, Image],
) -> None:
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    report = replayed(row)
    assert (report["images"], report["answered"]) == (3, 3)
    own = {(one["finding"], one["kind"]): one for one in report["by_kind"] if one["finding"] == OPACITY}
    unaided, aided = own[OPACITY, "unaided"], own[OPACITY, "aided"]
    assert [unaided[name] for name in ("with", "without", "new", "kept", "same")] == [1, 1, 1, 1, 1]
    assert [aided[name] for name in ("without", "fixed", "same")] == [1, 1, 0]
    assert report["aided"] == {"fixed": 1, "new": 0, "retained": 0, "kept": 0}
    assert report["modes"] == [
        {
            "words": "False positive · normal density",
            "n": 1,
            "in_service": 1,
            "candidate": 0,
            "learnt": 0,
            "not_compared": 0,
        }
    ]
    verdict = again(row).verdict
    assert verdict.report["images"] == 2 * POSITIVES, "a reviewed case came into the verdict"
    assert {job.priority for job in jobs()} == {LOWEST, REPLAY}


def test_what_the_candidate_learnt_from_stands_apart(
    ada: User,
    project: Project,
    plan: ChangePlan,
    candidate: DeployedBundle,
    reviewed: dict[str, Image],
    images: list[Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {patient_key(reviewed["aided"]), patient_key(images[0])}
    learnt = frozenset({(reviewed["aided"].pk, OPACITY)})
    taught_by(
        monkeypatch, candidate, patients=frozenset(told), failures=learnt, gaps=("Of its folder nothing is known.",)
    )
    row = ask_rehearsal(ada, project, candidate)
    run_all()
    report = replayed(row)
    assert report["of_trained_patients"] == 1
    assert report["modes"][0]["learnt"] == 1
    left_out = again(row).verdict.report["left_out"]
    assert left_out == {"images": 1, "patients": 1, "gaps": ["Of its folder nothing is known."]}
    assert again(row).verdict.report["images"] == 2 * POSITIVES - 1
    assert [gate["n"] for gate in again(row).verdict.report["gates"]] == [2 * POSITIVES - 1] * 2


def test_a_gate_without_its_least_number_says_so_when_trained_patients_are_left_out(
    ada: User,
    second: User,
    project: Project,
    reference: ReferenceSet,
    candidate: DeployedBundle,
    images: list[Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_force(ada, second, project, *GATES, least={"positives": POSITIVES, "negatives": 1, "in_subgroup": 1})
    taught_by(monkeypatch, candidate, patients=frozenset({patient_key(images[0])}))
    row = ask_rehearsal(ada, project, candidate)
    run_all()
    gates = {gate["kind"]: gate for gate in again(row).verdict.report["gates"]}
    assert (gates["auc"]["verdict"], gates["auc"]["positives"]) == ("not_enough_cases", POSITIVES - 1)
    assert not again(row).verdict.passed


def test_a_case_that_fails_lets_the_others_go_on_and_all_that_failed_are_tried_again(
    ada: User,
    second: User,
    project: Project,
    plan: ChangePlan,
    candidate: DeployedBundle,
    reviewed: dict[str, Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = case_run.prepared

    def prepared(image: Image, spec: Any) -> Any:
        if image.pk == reviewed["seen"].pk:
            raise IntegrityMismatch(image)
        return good(image, spec)

    monkeypatch.setattr(case_run, "prepared", prepared)
    row = ask_rehearsal(ada, project, candidate)
    run_all()
    assert (replayed(row)["answered"], failed_cases(row)) == (2, {"image_changed": 1})
    assert again(row).verdict.passed, "a fault of a reviewed case came into the verdict"
    with pytest.raises(RehearsalRefused) as refused:
        retry_failed(second, row)
    assert refused.value.http == 403
    monkeypatch.setattr(case_run, "prepared", good)
    assert retry_failed(ada, row) == 1
    with pytest.raises(RehearsalRefused, match="still goes through its reviewed cases"):
        retry_failed(ada, row)
    run_all()
    assert (replayed(row)["answered"], failed_cases(row)) == (3, {})
    assert ReplayFault.objects.count() == 2
    with pytest.raises(RehearsalRefused, match="No reviewed case of rehearsal 1 failed"):
        retry_failed(ada, row)


def test_turns_of_one_case_each_go_on_where_the_last_one_ended(
    ada: User,
    project: Project,
    plan: ChangePlan,
    candidate: DeployedBundle,
    reviewed: dict[str, Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    monkeypatch.setattr(answering, "TURN_SECONDS", 0.0)
    run_all(200)
    outputs = CaseOutput.objects.filter(image__in=[image.pk for image in reviewed.values()])
    assert outputs.count() == 6
    assert again(row).replays.count() == 1
    assert not run_one()


def test_maps_of_new_misses_are_kept_for_both_bundles(
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    make_candidate: Callable[..., DeployedBundle],
) -> None:
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    maps = again(row).maps.all()
    assert maps.count() == 2 * POSITIVES
    assert {one.bundle_id for one in maps} == set(row.bundles)
    assert all(one.why_none == "" and len(one.values) == 4 * one.rows * one.columns for one in maps)
