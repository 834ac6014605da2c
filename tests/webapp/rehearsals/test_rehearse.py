"""A rehearsal from asking to verdict: what it refuses, that it gives way and goes on, and that each case counts once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.webapp.rehearsals.conftest import GATES, POSITIVES, again, in_force, jobs, run_all
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.archive.storage import IntegrityMismatch
from webapp.change_plans.models import ChangePlan, ReferenceLook, ReferenceSet
from webapp.change_plans.two_persons import PlanRefused
from webapp.deployments.models import DeployedBundle
from webapp.predictions.requests import predict_again
from webapp.rehearsals import answering, case_run
from webapp.rehearsals.ask import LOWEST, RehearsalRefused, ask_rehearsal
from webapp.rehearsals.models import CaseOutput, Rehearsal, RehearsalVerdict
from webapp.rehearsals.peak_memory import peak_bytes
from webapp.reviews.models.kept_row import AppendOnlyViolation, KeptQuerySet
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db
SENSITIVITY = {"key": "sensitivity", "margin": 0.05}


def test_a_copy_passes_and_is_never_called_better(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    assert run_all() == 3  # one turn for the cases, one for the verdict, one that finds no reviewed case besides
    verdict = again(row).verdict
    assert (verdict.passed, verdict.look) == (True, 1)
    assert (verdict.plan_sha256, verdict.reference_sha256) == (plan.sha256, reference.sha256)
    assert CaseOutput.objects.count() == 4 * POSITIVES
    gates = verdict.report["gates"]
    assert [gate["key"] for gate in gates] == ["auc/lung_opacity", "memory/all"]
    assert gates[0]["candidate"] == gates[0]["in_service"] == 1.0
    assert not any(gate["is_better"] for gate in gates)
    assert verdict.report["misses"] == []
    assert verdict.report["flips"]["lung_opacity"]["same"] == 2 * POSITIVES


def test_a_candidate_that_finds_nothing_fails_and_names_what_it_misses(
    ada: User, second: User, project: Project, reference: ReferenceSet, make_candidate: Callable[..., DeployedBundle]
) -> None:
    in_force(ada, second, project, *GATES, SENSITIVITY)
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    verdict = again(row).verdict
    words = {gate["key"]: gate["verdict"] for gate in verdict.report["gates"]}
    assert words["sensitivity/lung_opacity"] == "failed"
    assert words["auc/lung_opacity"] == "passed"
    assert not verdict.passed
    assert len(verdict.report["misses"]) == POSITIVES


def test_too_few_cases_are_said_with_the_number_and_once(
    ada: User, second: User, project: Project, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    in_force(ada, second, project, SENSITIVITY)
    words = []
    for _ in range(2):
        row = ask_rehearsal(ada, project, candidate)
        run_all()
        [gate] = again(row).verdict.report["gates"]
        words.append((gate["verdict"], gate["needed"] > POSITIVES))
    assert words == [("not_enough_cases", True), ("failed", True)]
    assert list(ReferenceLook.objects.values_list("number", flat=True)) == [1, 2]


def test_subgroups_are_judged_by_themselves(
    ada: User, second: User, project: Project, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    gate = {"key": "auc", "margin": 0.05, "subgroup_margin": 0.1}
    in_force(ada, second, project, gate, subgroups=["sex"])
    row = ask_rehearsal(ada, project, candidate)
    run_all()
    gates = again(row).verdict.report["gates"]
    assert [gate["subgroup"] for gate in gates] == [None, "Sex: female"]


def test_a_finding_without_labels_is_not_enough(
    ada: User, second: User, project: Project, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    in_force(ada, second, project, *GATES, SENSITIVITY, findings=["lung_opacity", "cardiomegaly"])
    row = ask_rehearsal(ada, project, candidate)
    run_all()
    words = {gate["key"]: (gate["verdict"], gate["n"]) for gate in again(row).verdict.report["gates"]}
    assert words["auc/cardiomegaly"] == words["sensitivity/cardiomegaly"] == ("not_enough_cases", 0)
    assert not again(row).verdict.passed


def test_memory_is_that_of_a_process_of_its_own(candidate: DeployedBundle) -> None:
    found = peak_bytes(candidate.pk)
    assert found is not None
    assert 20e6 < found < 2e9
    assert peak_bytes("0" * 64) is None


def test_who_may_not_ask(
    second: User, reader: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    for person in (second, reader):
        with pytest.raises(RehearsalRefused) as refused:
            ask_rehearsal(person, project, candidate)
        assert refused.value.http == 403


def test_without_a_plan_nothing_is_rehearsed(
    ada: User, project: Project, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    with pytest.raises(RehearsalRefused, match="no change plan in force"):
        ask_rehearsal(ada, project, candidate)


def test_without_a_locked_set_nothing_is_rehearsed(
    ada: User, project: Project, plan: ChangePlan, candidate: DeployedBundle
) -> None:
    with pytest.raises(RehearsalRefused, match="No reference set is locked"):
        ask_rehearsal(ada, project, candidate)


def test_a_set_with_another_file_is_not_measured_on(
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    candidate: DeployedBundle,
    images: list[Image],
) -> None:
    Image.objects.filter(pk=images[3].pk).update(stored_sha256="c" * 64)
    with pytest.raises(PlanRefused, match=f"image {images[3].code} has another stored file"):
        ask_rehearsal(ada, project, candidate)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"task": "single"}, "has another task"),
        ({"input": {"height": 32}}, "has another input"),
        ({"findings": [{"key": "nodule", "title": "Nodule"}]}, "has no finding lung_opacity"),
    ],
)
def test_a_bundle_of_another_kind_is_no_candidate(
    parts: dict[str, Any],
    sentence: str,
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    make_candidate: Callable[..., DeployedBundle],
) -> None:
    with pytest.raises(RehearsalRefused, match=sentence):
        ask_rehearsal(ada, project, make_candidate(**parts))


def test_the_model_in_service_is_no_candidate(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, served: DeployedBundle
) -> None:
    with pytest.raises(RehearsalRefused, match="is the model in service"):
        ask_rehearsal(ada, project, served)


def test_two_admins_at_once_get_one_rehearsal(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    ask_rehearsal(ada, project, candidate)
    with pytest.raises(RehearsalRefused, match="being rehearsed already: rehearsal 1"):
        ask_rehearsal(ada, project, candidate)
    assert Rehearsal.objects.count() == len(jobs()) == 1


def test_a_rehearsal_that_was_given_up_is_taken_up_again(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    Job.objects.filter(kind="rehearse").update(state=Job.State.FAILED)
    assert ask_rehearsal(ada, project, candidate) == row
    run_all()
    assert again(row).verdict.passed


def test_new_images_come_first_and_it_gives_way_between_cases(
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    candidate: DeployedBundle,
    images: list[Image],
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    new = Job.objects.filter(pk=predict_again(images[0])[0].job_id)  # type: ignore[attr-defined]
    assert all(job.priority == LOWEST for job in jobs())
    assert run_one()
    assert new.get().state != Job.State.QUEUED, "the new image was not taken first"
    new.update(state=Job.State.QUEUED, not_before=None)
    job = Job.objects.get(kind="rehearse")
    assert run_one(job.pk)
    assert again(row).outputs.count() == 1, "other work waited, and the turn went on"


def test_a_killed_worker_costs_a_turn_and_no_case_counts_twice(
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    candidate: DeployedBundle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        """What no handler of the worker takes."""

    row = ask_rehearsal(ada, project, candidate)
    monkeypatch.setattr(answering, "TURN_SECONDS", 0.0)  # one case a turn
    told, run_case = [0], answering.case_output

    def sometimes_killed(*arguments: Any) -> CaseOutput:
        told[0] += 1
        if told[0] % 4 == 0:
            raise Killed
        return run_case(*arguments)

    monkeypatch.setattr(answering, "case_output", sometimes_killed)
    kills = 0
    for _ in range(80):
        try:
            if not run_one():
                break
        except Killed:
            kills += 1
            past = timezone.now() - timedelta(hours=1)
            Job.objects.filter(state=Job.State.RUNNING).update(lease_until=past)
            Job.objects.update(not_before=None)
    assert kills >= 5
    assert CaseOutput.objects.count() == 4 * POSITIVES
    assert RehearsalVerdict.objects.count() == ReferenceLook.objects.count() == 1
    assert again(row).verdict.passed


def test_one_output_a_case_and_bundle_is_held_by_the_database(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    ask_rehearsal(ada, project, candidate)
    assert run_one()
    first = CaseOutput.objects.first()
    assert first is not None
    twice = CaseOutput(
        rehearsal=first.rehearsal,
        image=first.image,
        bundle_id=first.bundle_id,
        findings={},
        is_refused=False,
        seconds=1,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twice.save()
    first.seconds = 9
    with pytest.raises(AppendOnlyViolation):
        first.save()


@pytest.mark.parametrize("how", ["in the store", "in the archive"])
def test_bytes_that_changed_in_mid_run_stop_it_by_name(
    how: str,
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    candidate: DeployedBundle,
    images: list[Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    if how == "in the archive":
        Image.objects.filter(pk=images[5].pk).update(stored_sha256="c" * 64)
    else:
        good = case_run.prepared

        def prepared(image: Image, spec: Any) -> Any:
            if image.pk == images[5].pk:
                raise IntegrityMismatch(image)
            return good(image, spec)

        monkeypatch.setattr(case_run, "prepared", prepared)
    run_all()
    stopped = again(row)
    assert images[5].code in stopped.stop.text
    assert stopped.stop.code == "image_changed"
    assert not RehearsalVerdict.objects.exists()
    assert not ReferenceLook.objects.exists()


@pytest.mark.parametrize("what", ["plan", "set"])
def test_a_row_changed_in_the_database_after_the_start_stops_it_without_a_look(
    what: str,
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    candidate: DeployedBundle,
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    assert run_one()
    if what == "plan":
        KeptQuerySet(ChangePlan).filter(pk=plan.pk).update(body=plan.body | {"alpha": 0.19})
    else:
        KeptQuerySet(ReferenceSet).filter(pk=reference.pk).update(rule=reference.rule | {"seed": 8})
    run_all()
    stopped = again(row).stop
    assert stopped.code == "changed"
    assert "is not as it was proposed" in stopped.text
    assert not RehearsalVerdict.objects.exists()
    assert not ReferenceLook.objects.exists()
