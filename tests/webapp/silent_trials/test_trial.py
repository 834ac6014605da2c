"""A silent trial from its start to service: what it refuses, that each image counts once, and everything that ends it."""

from collections.abc import Callable

import pytest

from tests.webapp.silent_trials.conftest import IMAGES, again, silent_jobs, work
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import activate
from webapp.predictions.models import Prediction
from webapp.rehearsals.ask import LOWEST
from webapp.silent_trials.models import SilentAnswer, SilentTrial
from webapp.silent_trials.report import write_reports

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
    assert (report["images"], report["findings"]["lung_opacity"]["value"]) == (IMAGES, 1.0)
    activate(candidate, ada, project)
    project.refresh_from_db()
    assert project.active_bundle == candidate.pk
