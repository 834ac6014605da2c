"""A plan that asks for a silent trial of four images, a candidate that passed its rehearsal, and new images that both answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inference.preprocessing import InputSpec, ModelInput, as_model_input
from tests.inference.tiny_bundle import SIZE
from tests.webapp.change_plans.conftest import ada, in_service, project, reader, second
from tests.webapp.rehearsals.conftest import candidate, in_force, make_candidate, served
from tests.webapp.viewer.case_factory import make_image
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.deployments.models import DeployedBundle
from webapp.predictions import bundle_store, infer
from webapp.predictions.requests import predict_new_image
from webapp.rehearsals.models import Rehearsal, RehearsalVerdict
from webapp.silent_trials import case_run
from webapp.silent_trials.candidate import CandidateShelf
from webapp.silent_trials.models import SilentTrial
from webapp.silent_trials.start import start_trial
from webapp.work.models import Job
from webapp.work.worker import run_one

__all__ = ["ada", "candidate", "in_service", "make_candidate", "project", "reader", "second", "served"]
IMAGES = 4


@pytest.fixture
def asked() -> dict[str, Any]:
    return {"least_images": IMAGES, "most_days": 10, "least_in_slice": 2}


@pytest.fixture
def plan(ada: User, second: User, project: Project, asked: dict[str, Any]) -> ChangePlan:
    return in_force(ada, second, project, silent_trial=asked)


@pytest.fixture
def reference(project: Project) -> ReferenceSet:
    """What a verdict names; nobody looks into it here."""
    made = ReferenceSet(project=project, version=1, reason="to measure by", sha256="e" * 64, rule={})
    made.save()
    return made


@pytest.fixture
def passed(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, served: DeployedBundle
) -> Callable[..., Rehearsal]:
    """A rehearsal with its verdict, as its rows tell."""

    def make(candidate: DeployedBundle, *, is_passed: bool = True) -> Rehearsal:
        row = Rehearsal(
            number=Rehearsal.objects.count() + 1, project=project, plan=plan, plan_sha256=plan.sha256,
            reference_set=reference, reference_sha256=reference.sha256, candidate_id=candidate.pk,
            in_service_id=served.pk, created_by=ada,
        )  # fmt: skip
        row.save()
        RehearsalVerdict(
            rehearsal=row, look=1, passed=is_passed, report={"gates": [], "misses": []},
            plan_sha256=plan.sha256, reference_sha256=reference.sha256,
        ).save()  # fmt: skip
        return row

    return make


@pytest.fixture
def trial(ada: User, project: Project, candidate: DeployedBundle, passed: Callable[..., Rehearsal]) -> SilentTrial:
    passed(candidate)
    return start_trial(ada, project, candidate)


@pytest.fixture(autouse=True)
def brightness(monkeypatch: pytest.MonkeyPatch) -> dict[Any, float]:
    """Of the upper left quarter by image, .9 unless said; the tiny net calls .9, not .75. No file is read."""
    found: dict[Any, float] = {}

    def prepared(image: Image, spec: InputSpec) -> ModelInput:
        field = np.full((SIZE, SIZE), 0.45, np.float32)
        field[: SIZE // 2, SIZE // 2 :] = 0.3
        field[: SIZE // 2, : SIZE // 2] = found.get(image.pk, 0.9)
        return as_model_input(field, image.rows, image.columns, spec)

    monkeypatch.setattr(case_run, "prepared", prepared)
    monkeypatch.setattr(infer, "prepared", prepared)
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    monkeypatch.setattr(case_run, "candidate_shelf", CandidateShelf())
    return found


@pytest.fixture
def arrive(brightness: dict[Any, float]) -> Callable[..., Image]:
    """A new image with its job, as the archive stores it."""

    def make(bright: float = 0.9, **columns: Any) -> Image:
        image = make_image(**columns)
        brightness[image.pk] = bright
        predict_new_image(image)
        return image

    return make


def work(most: int = 100) -> int:
    """Jobs until nothing is left that could run; how many."""
    for done in range(most):
        if not run_one():
            return done
    raise AssertionError("it never ends")


def silent_jobs() -> list[Job]:
    return list(Job.objects.filter(kind="silent").order_by("created_at"))


def again(trial: SilentTrial) -> SilentTrial:
    return SilentTrial.objects.get(pk=trial.pk)
