"""What is refused at the start, and what ends a trial: files, plans, models, workers and disks that do not stay as they were."""

import errno
import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.webapp.rehearsals.conftest import in_force
from tests.webapp.silent_trials.conftest import IMAGES, again, silent_jobs, work
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.archive.storage import IntegrityMismatch
from webapp.audit.models import AccessEvent
from webapp.change_plans.models import ChangePlan
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.deployments.services import BundleRefused, activate, change_service
from webapp.operating_points.models import PointDecision, PointProposal
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.models import Prediction
from webapp.predictions.run_mark import WORKER_ENDED, EndedRun
from webapp.refused import Refused
from webapp.reviews.models.kept_row import AppendOnlyViolation
from webapp.silent_trials import case_run
from webapp.silent_trials.end import end_by_person, end_due_trials
from webapp.silent_trials.ended_workers import count_ended_worker
from webapp.silent_trials.models import EndedWorker, SilentAnswer, SilentCase, SilentTrial
from webapp.silent_trials.start import start_trial
from webapp.work.models import Job
from webapp.work.work_counts import queue_age_seconds
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as said:
        work()
    return said.value.text


def in_days(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """What ends trials believes that so many days have passed."""
    later = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("webapp.silent_trials.end.timezone", SimpleNamespace(now=lambda: later))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"task": "single"}, "has another task"),
        ({"input": {"height": 32}}, "has another input"),
        ({"findings": [{"key": "nodule", "title": "Nodule"}]}, "has no finding lung_opacity"),
    ],
)
def test_a_bundle_of_another_kind_is_no_candidate(
    parts: dict[str, Any], sentence: str, ada: User, project: Project, passed: Make, make_candidate: Make
) -> None:
    other = make_candidate(**parts)
    passed(other)
    assert sentence in refused(lambda: start_trial(ada, project, other))


def test_only_a_candidate_that_passed_under_the_plan_in_force_starts(
    ada: User, second: User, reader: User, project: Project, candidate: DeployedBundle, passed: Make, plan: ChangePlan
) -> None:
    def start() -> str:
        return refused(lambda: start_trial(ada, project, candidate))

    assert "was not rehearsed under P-1" in start()
    passed(candidate, is_passed=False)
    assert "did not pass rehearsal 1" in start()
    for person in (second, reader):
        assert "Only a" in refused(lambda person=person: start_trial(person, project, candidate))  # type: ignore[misc]
    in_force(ada, second, project)
    assert "P-2, which is in force, asks for no silent trial" in start()


def test_without_a_plan_or_a_model_nothing_starts(ada: User, project: Project, candidate: DeployedBundle) -> None:
    assert "no change plan in force" in refused(lambda: start_trial(ada, project, candidate))


def test_the_model_in_service_is_no_candidate(
    ada: User, project: Project, plan: ChangePlan, served: DeployedBundle
) -> None:
    assert "is the model in service" in refused(lambda: start_trial(ada, project, served))


def test_two_admins_at_once_get_one_trial(
    ada: User, project: Project, trial: SilentTrial, make_candidate: Make
) -> None:
    candidate = DeployedBundle.objects.get(pk=trial.candidate_id)
    assert "one at a time" in refused(lambda: start_trial(ada, project, candidate))
    columns = ("project_id", "plan_id", "plan_sha256", "rehearsal_id", "candidate_id", "in_service_id")
    same = {name: getattr(trial, name) for name in columns}
    second = SilentTrial(number=trial.number, service_number=0, least_images=1, most_days=1, **same)
    with pytest.raises(IntegrityError), transaction.atomic():  # both had read the same number
        second.save()
    assert SilentTrial.objects.count() == 1


def test_a_file_that_was_altered_starts_nothing(
    ada: User, project: Project, candidate: DeployedBundle, passed: Make
) -> None:
    passed(candidate)
    with bundle_path(candidate.pk).open("ab") as file:
        file.write(b"more")
    assert "no longer the one that was added" in refused(lambda: start_trial(ada, project, candidate))


@pytest.mark.parametrize("how", ["altered", "removed"])
def test_a_file_that_changes_meanwhile_ends_it_and_what_is_in_service_goes_on(
    how: str, trial: SilentTrial, arrive: Make
) -> None:
    arrive()
    work()
    path = bundle_path(trial.candidate_id)
    if how == "altered":
        path.write_bytes(path.read_bytes()[:-1] + b"x")  # the engine is loaded: the file alone tells
    else:
        path.unlink()
    image = arrive()
    work()
    ended = again(trial).end
    assert ended.code == "candidate"
    assert ("SHA-256 begins with" if how == "altered" else "is missing from the store") in ended.text
    assert SilentAnswer.objects.count() == 1
    assert Prediction.objects.get(image=image).bundle_id == trial.in_service_id
    assert AccessEvent.objects.filter(verb="silent_trial.end").count() == 1
    assert {job.state for job in silent_jobs()} == {Job.State.SUCCEEDED}


def test_a_plan_that_is_retired_meanwhile_ends_it(
    ada: User, second: User, project: Project, trial: SilentTrial, asked: dict[str, Any], arrive: Make
) -> None:
    in_force(ada, second, project, silent_trial=asked)
    arrive()
    work()
    assert again(trial).end.code == "plan_changed"
    assert "P-1, by which it began, is not the plan in force any more: P-2 is" in again(trial).end.text
    assert not SilentAnswer.objects.exists()


def test_a_change_of_service_ends_it_also_when_it_came_back(
    ada: User, project: Project, trial: SilentTrial, served: DeployedBundle, make_candidate: Make
) -> None:
    other = make_candidate("3.0.0")
    for bundle in (other, served):
        change_service(project, bundle, ServiceChange.How.PUT_IN_SERVICE, ada, timezone.now())
    end_due_trials()
    assert again(trial).end.code == "model_changed"


@pytest.mark.parametrize(("outcome", "is_over"), [("approved", True), ("declined", False)])
def test_an_operating_point_that_is_approved_meanwhile_ends_it(
    outcome: str, is_over: bool, project: Project, trial: SilentTrial
) -> None:
    proposal = PointProposal.objects.create(
        project=project, version=1, bundle_id=trial.in_service_id, finding="lung_opacity", threshold=0.9,
        threshold_before=0.5, sensitivity={}, specificity={}, reason="fewer calls",
    )  # fmt: skip
    PointDecision.objects.create(proposal=proposal, outcome=outcome)
    end_due_trials()
    assert hasattr(again(trial), "end") is is_over
    assert not is_over or again(trial).end.code == "points_changed"


def test_days_end_it_incomplete_and_the_gate_stays_shut(
    ada: User,
    project: Project,
    trial: SilentTrial,
    candidate: DeployedBundle,
    monkeypatch: pytest.MonkeyPatch,
    arrive: Make,
) -> None:
    arrive()
    work()
    in_days(monkeypatch, 9.9)
    end_due_trials()
    assert not hasattr(again(trial), "end")
    with pytest.raises(BundleRefused, match="Silent trial 1 of it is under way"):
        activate(candidate, ada, project)
    in_days(monkeypatch, 10.1)
    end_due_trials()
    assert again(trial).end.text == f"10 days are over with 1 of {IMAGES} images: not enough cases."
    with pytest.raises(BundleRefused, match=r"Silent trial 1 of it is not complete\. 10 days are over"):
        activate(candidate, ada, project)


def test_a_person_ends_it_with_a_reason_and_another_may_begin(
    ada: User, second: User, project: Project, trial: SilentTrial, candidate: DeployedBundle, arrive: Make
) -> None:
    assert "Only an admin" in refused(lambda: end_by_person(second, trial, "why"))
    assert "reason of 1 to" in refused(lambda: end_by_person(ada, trial, " "))
    arrive()
    run_one()
    end_by_person(ada, trial, "the ward moved")
    assert "has ended already" in refused(lambda: end_by_person(ada, trial, "again"))
    work()
    assert not SilentAnswer.objects.exists(), "an answer after the end"
    assert start_trial(ada, project, candidate).number == 2


def test_a_plan_asks_and_no_trial_was(ada: User, project: Project, candidate: DeployedBundle, passed: Make) -> None:
    passed(candidate)
    with pytest.raises(BundleRefused, match="P-1 asks for a silent trial, and it had none"):
        activate(candidate, ada, project)


def test_only_new_images_of_the_project_that_the_model_in_service_answered(
    trial: SilentTrial, arrive: Make, project: Project
) -> None:
    arrive(minutes_ago=5)
    other = Project.objects.create(name="Ward", slug="ward", active_bundle=trial.in_service_id)
    arrive(project=other)
    work()
    assert not SilentCase.objects.exists()


class Killed(BaseException):
    """What no handler of the worker takes."""


def test_a_killed_worker_costs_a_run_and_no_image_counts_twice(
    trial: SilentTrial, arrive: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(IMAGES):
        arrive()
    told, store = [0], case_run._store

    def sometimes_killed(case: SilentCase, answer: SilentAnswer) -> None:
        """Half of them after the answer was written, in the transaction that ends the job."""
        told[0] += 1
        if told[0] % 4 == 3:
            store(case, answer)
        if told[0] % 2:
            raise Killed
        store(case, answer)

    monkeypatch.setattr(case_run, "_store", sometimes_killed)
    kills = 0
    for _ in range(60):
        try:
            if not run_one():
                break
        except Killed:
            kills += 1
            Job.objects.filter(state=Job.State.RUNNING).update(lease_until=timezone.now() - timedelta(hours=1))
    assert kills >= 3
    assert SilentAnswer.objects.count() == IMAGES == len(silent_jobs())
    assert again(trial).end.code == "images"


def test_one_answer_an_image_is_held_by_the_database(trial: SilentTrial, arrive: Make) -> None:
    arrive()
    work()
    first = SilentAnswer.objects.get()
    columns = {"findings": {}, "is_refused": False, "seconds": 1.0}
    with pytest.raises(IntegrityError), transaction.atomic():
        SilentAnswer(case=first.case, input_sha256="", **columns).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        SilentCase(trial=trial, image=first.case.image, **columns).save()
    with pytest.raises(AppendOnlyViolation):
        first.save()


def test_a_full_disk_makes_it_wait_and_bytes_that_changed_fail_one_image(
    trial: SilentTrial, arrive: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, faults = case_run.prepared, ["disk", "bytes"]

    def prepared(image: Image, spec: Any) -> Any:
        if faults:
            raise OSError(errno.ENOSPC, "full") if faults.pop(0) == "disk" else IntegrityMismatch(image)
        return good(image, spec)

    monkeypatch.setattr(case_run, "prepared", prepared)
    arrive()
    work()
    [job] = silent_jobs()
    assert (job.state, job.waiting_for, job.attempts) == (Job.State.QUEUED, "waiting: the disk is full", 0)
    Job.objects.update(not_before=None)
    arrive()
    work()
    assert sorted(job.state for job in silent_jobs()) == [Job.State.FAILED, Job.State.SUCCEEDED]
    assert SilentAnswer.objects.count() == 1


def ended_run(trial: SilentTrial, job: Job, began_at: Any = None) -> EndedRun:
    return EndedRun(uuid.uuid4(), trial.candidate_id, began_at or timezone.now(), (str(job.pk),), "w", WORKER_ENDED)


@pytest.mark.parametrize("answers_between", [False, True])
def test_a_candidate_that_ends_its_workers_ends_its_trial(
    answers_between: bool, trial: SilentTrial, arrive: Make
) -> None:
    """Three in a row; with answers between them only at one image. Others between them are forgotten."""
    arrive()
    run_one()
    [first] = silent_jobs()
    count_ended_worker(ended_run(trial, first, timezone.now()))
    count_ended_worker(ended_run(trial, first, trial.created_at))  # together with the one before
    count_ended_worker(EndedRun(uuid.uuid4(), "0" * 64, timezone.now(), (str(first.pk),), "w", WORKER_ENDED))
    assert EndedWorker.objects.count() == 1
    if answers_between:
        Job.objects.filter(pk=first.pk).update(not_before=timezone.now() + timedelta(hours=1))
        arrive()
        work()
        assert SilentAnswer.objects.count() == 1
    count_ended_worker(ended_run(trial, first))
    assert not hasattr(again(trial), "end")
    count_ended_worker(ended_run(trial, first))
    assert again(trial).end.text.startswith(
        "The worker ended 3 times " + ("at one image" if answers_between else "in a row")
    )


def test_a_case_that_waits_behind_other_work_is_no_sign_of_a_dead_worker(trial: SilentTrial, arrive: Make) -> None:
    arrive()
    run_one()
    Job.objects.filter(kind="silent").update(created_at=timezone.now() - timedelta(hours=1))
    assert queue_age_seconds() == 0


def test_an_end_in_mid_run_keeps_its_answer_out(
    ada: User, trial: SilentTrial, arrive: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = case_run._answer

    def ended_meanwhile(*arguments: Any) -> SilentAnswer:
        end_by_person(ada, trial, "the ward moved")
        return answer(*arguments)

    monkeypatch.setattr(case_run, "_answer", ended_meanwhile)
    arrive()
    work()
    assert not SilentAnswer.objects.exists()
    assert [job.state for job in silent_jobs()] == [Job.State.SUCCEEDED]


def test_a_fault_of_the_trial_leaves_the_result_of_the_model_in_service(
    trial: SilentTrial, arrive: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: Any) -> None:
        raise RuntimeError("of the room above")

    monkeypatch.setattr("webapp.silent_trials.queue_case.create_job", fails)
    image = arrive()
    work()
    assert image.predictions.get().bundle_id == trial.in_service_id
    assert not SilentCase.objects.exists()
