"""A case with a result, a manager who enters what was found later, and what is sent."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.archive.models import Image
from webapp.later_truth import record_truth, truth_document, visible
from webapp.predictions import bundle_store
from webapp.sentinel import questions

ASKED = {"lung_opacity": "Lung opacity", "pleural_effusion": "Pleural effusion"}
NOTE = "seen on the scan of the chest"


@pytest.fixture(autouse=True)
def model_in_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model in service that has the two findings of the made results; its file is not there."""
    monkeypatch.setattr(questions, "findings_in_service", lambda project: dict(ASKED))
    asks(monkeypatch, [{"key": key, "title": title, "code": None} for key, title in ASKED.items()])


def asks(monkeypatch: pytest.MonkeyPatch, findings: list[dict[str, Any]]) -> None:
    """Another model is in service: one that asks these."""
    for module in (bundle_store, visible, record_truth, truth_document):
        monkeypatch.setattr(module, "finding_rows_in_service", lambda project: tuple(findings))


@pytest.fixture
def case(db: None) -> Image:
    image = make_image()
    make_result(image, image_sha256=image.stored_sha256)
    return image


def truth_body(**changes: Any) -> dict[str, Any]:
    """Opacity present by CT ten days after the study, with a box, as the page sends it."""
    body = {
        "finding": "lung_opacity", "says": "present", "source": "ct", "exam_date": "2026-11-28", "note": NOTE,
        "box": {"x": 10, "y": 20, "w": 30, "h": 40}, "idempotency_key": str(uuid.uuid4()),
    }  # fmt: skip
    return {**body, **changes}


def path_of(image: Image) -> str:
    return f"/api/images/{image.pk}/later-truths/"


@pytest.fixture
def enter(signed_in: Callable[..., Client]) -> Callable[..., str]:
    """Enters a statement as the manager; gives its id."""
    manager = signed_in("manager", "who_enters")

    def send(image: Image, **changes: Any) -> str:
        answer = manager.post(path_of(image), truth_body(**changes), content_type="application/json")
        assert answer.status_code == 201, answer.json()
        return str(answer.json()["truths"][-1]["id"])

    send.client = manager  # type: ignore[attr-defined]
    return send
