"""A project with a model in service, and images with results, labels from before the model, and verdicts beside it."""

from typing import Any

import pytest
from django.utils import timezone

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.reviews.models import CaseReview
from webapp.sentinel.models import FirstAnswer, FirstLook, SentinelDraw

OPACITY = "lung_opacity"


@pytest.fixture
def project(db: None) -> Project:
    made = Project.default()
    made.active_bundle = BUNDLE
    made.save()
    return made


def judged(reader: User, verdict: str, image: Image | None = None, **columns: object) -> CaseReview:
    image = image or make_image()
    values = {
        "image": image, "image_sha256": image.stored_sha256, "prediction": make_result(image), "bundle_id": BUNDLE,
        "finding": OPACITY, "verdict": verdict, "model_decision": "positive", "reader": reader,
        "idempotency_key": str(image.pk), "request_sha256": "",
    }  # fmt: skip
    return CaseReview.objects.create(**values | columns)


def told_first(
    reader: User, says: str, probability: float, chance: float = 0.05, minutes_ago: int = 0, **result: Any
) -> Image:
    """An image whose opacity the reader told before the model (threshold .42) was shown."""
    image = make_image(minutes_ago=minutes_ago)
    draw = SentinelDraw.objects.create(image=image, probability=chance, is_drawn=True)
    make_result(image, probability, **result)
    now = timezone.now()
    look = FirstLook.objects.create(
        draw=draw, reader=reader, image_sha256=image.stored_sha256, bundle_id=BUNDLE, locked_at=now
    )
    FirstAnswer.objects.create(look=look, finding=OPACITY, says=says)
    return image


def scored_week(weeks_ago: int, probability: float, count: int = 10, **columns: Any) -> None:
    """`count` images of so many patients."""
    for number in range(count):
        image = make_image(minutes_ago=weeks_ago * 7 * 24 * 60)
        make_result(image, probability + 0.001 * number, **columns)
