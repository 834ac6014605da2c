"""Forty images with a first look at a site where the tiny net's numbers are too high, and nothing read from disk but its bundle."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.preprocessing import InputSpec, ModelInput, as_model_input
from measures import site_calibration as measure
from tests.inference.tiny_bundle import SIZE, make_tiny_bundle
from tests.webapp.change_plans.conftest import ada, reader, second, seen_first
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.deployments.services import activate, add_bundle
from webapp.predictions import bundle_store
from webapp.site_calibration import turn
from webapp.work.models import Job
from webapp.work.worker import run_one

__all__ = ["ada", "reader", "second"]
IMAGES = 40


@pytest.fixture
def project(storage: Path, db: None) -> Project:
    """With the tiny bundle registered and in service."""
    make_tiny_bundle(storage / "tiny.bundle")
    activate(add_bundle(storage / "tiny.bundle", None), None)
    return Project.default()


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "FEWEST", 8)
    monkeypatch.setattr(measure, "FEWEST_PATIENTS", 4)
    monkeypatch.setattr(measure, "REFITS", 20)


@pytest.fixture
def images(project: Project, reader: User, monkeypatch: pytest.MonkeyPatch) -> list[Image]:
    """Image k is the brighter the higher k; opacity is there from 28 on, two of them the other way round."""
    found = [seen_first(reader, (k >= 28) != (k in (22, 33)), patient_id=f"P{k}") for k in range(IMAGES)]
    bright = {image.pk: 0.6 + 0.4 * k / IMAGES for k, image in enumerate(found)}

    def prepared(image: Image, spec: InputSpec) -> ModelInput:
        field = np.full((SIZE, SIZE), 0.45, np.float32)
        field[: SIZE // 2, SIZE // 2 :] = 0.3
        field[: SIZE // 2, : SIZE // 2] = bright[image.pk]
        return as_model_input(field, image.rows, image.columns, spec)

    monkeypatch.setattr(turn, "prepared", prepared)
    monkeypatch.setattr(turn, "_shelf", bundle_store.EngineShelf())
    return found


@pytest.fixture
def all_turns() -> Callable[[], list[Any]]:
    def run() -> list[Any]:
        while run_one(kinds=["site_calibrate"]):
            pass
        return list(Job.objects.filter(kind="site_calibrate").values_list("state", flat=True))

    return run
