"""A silent trial from its start to service: what it refuses, that each image counts once, and everything that ends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reader_study.models import AiOutput, ReadingSession
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from tests.reader_study.studies.study_factory import MadeStudy, answers, crossed_body, lock, make_study, opened
from tests.webapp.silent_trials.conftest import IMAGES, again, silent_jobs, work
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.deployments.services import activate, change_service, roll_back
from webapp.predictions.models import Prediction
from webapp.predictions.requests import predict_again
from webapp.rehearsals.ask import LOWEST
from webapp.rehearsals.models import Rehearsal
from webapp.silent_trials.end import end_by_person
from webapp.silent_trials.models import SilentAnswer, SilentTrial
from webapp.silent_trials.report import write_reports
from webapp.silent_trials.start import start_trial
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db


def test_new_images_are_answered_by_both_and_the_last_one_ends_it(
    ada: User, project: Project, trial: SilentTrial, candidate: DeployedBundle, arrive: Callable[..., Image]
) -> None:
    images = [arrive() for _ in range(IMAGES + 2)]
    work()
    assert SilentAnswer.objects.count() == IMAGES
    assert Prediction.objects.filter(image__in=images, bundle_id=trial.in_service_id).count() == IMAGES + 2
    assert not Prediction.objects.filter(bundle_id=candidate.pk).exists()
    assert {job.priority for job in silent_jobs()} == {LOWEST}
    assert again(trial).end.code == "images"
    write_reports()
    report = again(trial).report.report
    assert (report["images"], report["findings"]["lung_opacity"]["same"]["value"]) == (IMAGES, 1.0)
    activate(candidate, ada, project)
    project.refresh_from_db()
    assert project.active_bundle == candidate.pk


def test_the_next_job_after_a_change_of_service_answers_from_the_new_bundle_and_a_study_keeps_its_own(
    ada: User,
    project: Project,
    served: DeployedBundle,
    candidate: DeployedBundle,
    passed: Callable[..., Rehearsal],
    arrive: Callable[..., Image],
) -> None:
    """Activation and roll back both hold from the very next job; an open study shows what it froze, whatever answers now."""
    change_service(project, served, ServiceChange.How.PUT_IN_SERVICE, ada, timezone.now())
    passed(candidate)
    start_trial(ada, project, candidate)
    images = [arrive() for _ in range(IMAGES)]
    work()
    made = opened(make_study(crossed_body(), cases=2))
    frozen = list(AiOutput.objects.order_by("pk").values_list("pk", "bundle_id", "payload_sha256"))
    assert len(frozen) == 2
    told = []
    for change in (
        lambda: activate(candidate, ada, project),
        lambda: roll_back(ada, candidate, project),
    ):
        change()
        image = arrive()
        for own in made.study.cases.all():
            predict_again(own.image)
        assert run_one(image.predictions.get().job_id)
        told.append(image.predictions.get().bundle_id)
        work()
    assert told == [candidate.pk, served.pk]
    assert {row.bundle_id for row in images[0].predictions.all()} == {served.pk}
    answered = Prediction.objects.filter(image__in=made.study.cases.values("image"), finished_at__isnull=False)
    assert candidate.pk in set(answered.values_list("bundle_id", flat=True))
    assert list(AiOutput.objects.order_by("pk").values_list("pk", "bundle_id", "payload_sha256")) == frozen
    shown, kept = first_aided_numbers(made)
    newest = answered.filter(bundle_id=candidate.pk).latest("finished_at").highest_probability
    assert shown == kept != newest


def first_aided_numbers(made: MadeStudy) -> tuple[float, float]:
    """Of the first aided case: as its reader is shown it, and as it was frozen."""
    reader = made.readers[0]
    client = Client()
    client.force_login(reader)
    for session in ReadingSession.objects.filter(reader__user=reader).order_by("ordinal"):
        open_session(reader, session)
        while (found := next_assignment(reader, made.study, "t")).state == "reading":
            case = found.assignment
            assert case is not None
            [stage] = case.arm.stages
            if stage == "aided":
                path = f"/api/studies/{made.study.pk}/assignments/{case.pk}/ai/"
                shown = client.get(path, headers={"X-Tab": "t"}).json()
                kept = AiOutput.objects.get(case=case.case).payload
                return shown["findings"][0]["probability"], kept["findings"][0]["probability"]
            lock(reader, made.study, case, stage, answers())
    raise AssertionError("no aided case")


def test_the_history_and_the_registry_say_that_it_runs_and_that_it_ended(
    reader: User, ada: User, project: Project, trial: SilentTrial, candidate: DeployedBundle, served: DeployedBundle
) -> None:
    change_service(project, served, ServiceChange.How.FOUND, None, trial.created_at - timedelta(hours=1))
    client = Client()
    client.force_login(reader)
    assert "in a silent trial in" in client.get("/models/").content.decode()
    end_by_person(ada, trial, "the ward moved")
    page = client.get("/models/").content.decode()
    assert "in a silent trial in" not in page
    assert "silent trial 1 of tiny-cxr 2.0.0 began, by ada" in page
    assert "silent trial 1 of tiny-cxr 2.0.0 ended: ended by a person" in page
    assert "the ward moved" not in page
