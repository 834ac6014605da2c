"""A plan in force, a locked reference set of 28 images, and bundles that differ from the one in service in their points."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inference.preprocessing import InputSpec, ModelInput, as_model_input
from tests.inference.tiny_bundle import SIZE, make_tiny_bundle, tiny_manifest
from tests.webapp.change_plans.conftest import OPACITY, ada, in_service, project, reader, rule, second, seen_first
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.propose_plan import decide_plan, propose_plan
from webapp.change_plans.reference_sets import decide_reference_set, propose_reference_set
from webapp.deployments.models import DeployedBundle
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path
from webapp.rehearsals import answering, case_run, decide
from webapp.rehearsals.models import Rehearsal
from webapp.work.models import Job
from webapp.work.worker import run_one

__all__ = ["ada", "in_service", "project", "reader", "second"]
POSITIVES = 14
GATES = ({"key": "auc", "margin": 0.1}, {"key": "memory", "margin": 0.5})


def plan_body(project: Project, *gates: dict[str, Any], **changes: Any) -> dict[str, Any]:
    least = {"positives": 1, "negatives": 1, "in_subgroup": 1}
    asked = {"findings": [OPACITY], "primary_finding": OPACITY, "gates": list(gates or GATES), "least": least}
    few = {"subgroups": [], "alpha": 0.2, "silent_trial": None}  # few images are enough then
    return {**default_body(project), **few, **asked, **changes}


def in_force(ada: User, second: User, project: Project, *gates: dict[str, Any], **changes: Any) -> ChangePlan:
    made = propose_plan(ada, project, plan_body(project, *gates, **changes), "as agreed")
    decide_plan(second, made, "approved")
    return made


@pytest.fixture
def images(project: Project, reader: User) -> list[Image]:
    return [seen_first(reader, k < POSITIVES) for k in range(2 * POSITIVES)]


@pytest.fixture
def reference(
    ada: User, second: User, project: Project, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> ReferenceSet:
    """Locked. The made images have no files: that they are as they were is taken for granted."""
    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", lambda image: None)
    made = propose_reference_set(ada, project, rule(), "to measure by")
    decide_reference_set(second, made, "approved")
    return made


@pytest.fixture
def plan(ada: User, second: User, project: Project) -> ChangePlan:
    return in_force(ada, second, project)


@pytest.fixture(autouse=True)
def inputs(monkeypatch: pytest.MonkeyPatch, images: list[Image]) -> dict[Any, float]:
    """Brightness of the upper left quarter by image: the tiny net calls .9, not .75. No file is read, no memory measured."""
    found = {image.pk: 0.9 if k < POSITIVES else 0.75 - 0.01 * k for k, image in enumerate(images)}

    def prepared(image: Image, spec: InputSpec) -> ModelInput:
        field = np.full((SIZE, SIZE), 0.45, np.float32)
        field[: SIZE // 2, SIZE // 2 :] = 0.3
        field[: SIZE // 2, : SIZE // 2] = found[image.pk]
        return as_model_input(field, image.rows, image.columns, spec)

    monkeypatch.setattr(case_run, "prepared", prepared)
    monkeypatch.setattr(decide, "peak_bytes", lambda bundle_id: 100e6)
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    monkeypatch.setattr(answering, "shelf", bundle_store.EngineShelf())
    return found


def registered(bundle_id: str, manifest: dict[str, Any], version: str) -> DeployedBundle:
    return DeployedBundle.objects.create(bundle_id=bundle_id, name="tiny-cxr", version=version, manifest=manifest)


@pytest.fixture
def served(project: Project) -> DeployedBundle:
    project.refresh_from_db()
    return registered(project.active_bundle, tiny_manifest(), "1.0.0")


@pytest.fixture
def make_candidate(served: DeployedBundle, tmp_path: Any) -> Callable[..., DeployedBundle]:
    """threshold: of opacity; .42 is that of the model in service. parts: of the manifest as it is registered."""

    def make(version: str = "2.0.0", threshold: float = 0.42, **parts: Any) -> DeployedBundle:
        findings = tiny_manifest()["findings"]
        findings[0]["operating_point"] = {**findings[0]["operating_point"], "threshold": threshold}
        path = tmp_path / "candidate.bundle"
        bundle_id = make_tiny_bundle(path, findings=findings, version=version)
        path.rename(bundle_path(bundle_id))
        return registered(bundle_id, {**tiny_manifest(findings=findings), **parts}, version)

    return make


@pytest.fixture
def candidate(make_candidate: Callable[..., DeployedBundle]) -> DeployedBundle:
    """The same weights and points under another version."""
    return make_candidate()


def run_all(most: int = 100) -> int:
    """Turns until nothing is left; how many."""
    for turns in range(most):
        if not run_one():
            return turns
    raise AssertionError("it never ends")


def again(rehearsal: Rehearsal) -> Rehearsal:
    return Rehearsal.objects.get(pk=rehearsal.pk)


def jobs() -> list[Job]:
    return list(Job.objects.filter(kind="rehearse").order_by("created_at"))
