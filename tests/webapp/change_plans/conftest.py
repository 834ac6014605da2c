"""A model in service, people who propose and decide, and images with labels from before the model."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.webapp.operating_points.conftest import in_service
from tests.webapp.viewer.case_factory import make_image, make_result, make_user
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.propose_plan import decide_plan, propose_plan
from webapp.change_plans.reference_sets import decide_reference_set, propose_reference_set
from webapp.sentinel.look_body import FirstLookRequest
from webapp.sentinel.models import SentinelDraw
from webapp.sentinel.record_look import record_look

__all__ = ["in_service"]
OPACITY, EFFUSION, HEART = "lung_opacity", "pleural_effusion", "cardiomegaly"


@pytest.fixture
def project(db: None, in_service: Callable[..., str]) -> Project:
    """With the tiny bundle in service."""
    in_service()
    return Project.default()


@pytest.fixture
def ada(second: User) -> User:
    """Beside a second person, without whom she could propose nothing."""
    return make_user("ada", "admin")


@pytest.fixture
def second(db: None) -> User:
    return make_user("omar", "manager")


@pytest.fixture
def reader(db: None) -> User:
    return make_user("rita")


@pytest.fixture
def plan(ada: User, second: User, project: Project) -> ChangePlan:
    """In force."""
    made = propose_plan(ada, project, default_body(project), "the first one")
    decide_plan(second, made, "approved")
    return made


def seen_first(reader: User, opacity: bool, probability: float = 0.05, **columns: Any) -> Image:
    """An image whose opacity the reader told before the model; effusion and heart are absent."""
    image = make_image(**columns)
    SentinelDraw.objects.create(image=image, probability=probability, is_drawn=True)
    make_result(image, image_sha256=image.stored_sha256)
    say_first(reader, image, opacity)
    return image


def say_first(reader: User, image: Image, opacity: bool) -> None:
    answers = [{"finding": OPACITY, "says": "present" if opacity else "absent", "confidence": 4}]
    answers += [{"finding": key, "says": "absent"} for key in (EFFUSION, HEART)]
    record_look(reader, image, FirstLookRequest(answers=answers, idempotency_key=str(uuid.uuid4())))  # type: ignore[arg-type]


def rule(**changes: Any) -> dict[str, Any]:
    return {"findings": [OPACITY], "seed": 7, "least_positives": 1, "least_negatives": 1, **changes}


@pytest.fixture
def images(project: Project, reader: User) -> list[Image]:
    """Two with and four without opacity."""
    return [seen_first(reader, k < 2) for k in range(6)]


@pytest.fixture
def proposed(ada: User, project: Project, images: list[Image]) -> ReferenceSet:
    return propose_reference_set(ada, project, rule(), "to measure by")


@pytest.fixture
def locked_set(proposed: ReferenceSet, second: User, monkeypatch: pytest.MonkeyPatch) -> ReferenceSet:
    """The made images have no files: that they are as they were is taken for granted."""
    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", lambda image: None)
    decide_reference_set(second, proposed, "approved")
    return proposed
