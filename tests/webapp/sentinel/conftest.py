"""A drawn case with a result, and what a reader sends before the model is shown."""

import uuid
from typing import Any

import pytest

from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.archive.models import Image
from webapp.sentinel import questions
from webapp.sentinel.models import SentinelDraw

ASKED = {"lung_opacity": "Lung opacity", "pleural_effusion": "Pleural effusion"}


@pytest.fixture(autouse=True)
def model_in_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model in service that has the two findings of the made results; its file is not there."""
    monkeypatch.setattr(questions, "findings_in_service", lambda project: dict(ASKED))


def drawn(image: Image, probability: float = 0.05) -> Image:
    SentinelDraw.objects.create(image=image, probability=probability, is_drawn=True)
    return image


@pytest.fixture
def case(db: None) -> Image:
    """A drawn case; the model has answered."""
    image = drawn(make_image(patient_id="DRAWN"))
    make_result(image)
    return image


def first_look(**changes: Any) -> dict[str, Any]:
    """Opacity present with a box, effusion absent, as the page sends it."""
    answers = [
        {"finding": "lung_opacity", "says": "present", "confidence": 4, "box": {"x": 10, "y": 20, "w": 30, "h": 40}},
        {"finding": "pleural_effusion", "says": "absent"},
    ]
    return {"answers": answers, "idempotency_key": str(uuid.uuid4()), **changes}
