"""The export of first looks names the point of the model's answer that the look opened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.sentinel.conftest import drawn, first_look
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result
from webapp.archive.models import Image, Project
from webapp.sentinel.models import FirstLook

pytestmark = pytest.mark.django_db


def result_at(image: Image, threshold: float, version: int | None, minutes: int) -> None:
    made = make_result(image, created_at=timezone.now() + timedelta(minutes=minutes))
    point = made.document["findings"][0]["operating_point"]
    point |= {"threshold": threshold} | ({} if version is None else {"project_version": version})
    made.finished_at = made.created_at
    made.save()


def test_it_is_that_of_the_result_that_was_opened(
    signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    Project.default()
    Project.objects.update(active_bundle=BUNDLE)
    reader, images = signed_in(), [drawn(make_image(patient_id=f"P{n}")) for n in range(3)]
    result_at(images[0], 0.42, None, -9)
    for minutes, threshold, version in ((-9, 0.42, None), (-5, 0.6, 3), (5, 0.7, 4)):  # the last came after the look
        result_at(images[1], threshold, version, minutes)
    for image in images:
        reader.post(f"/api/images/{image.pk}/first-look/", first_look(), content_type="application/json")
    assert FirstLook.objects.filter(bundle_id=BUNDLE).count() == 3
    with django_assert_max_num_queries(30):
        rows = reader.get("/api/first-looks/export/?as=json").json()["looks"]
    told = {(row["image"], row["finding"]): (row["model_threshold"], row["model_point_version"]) for row in rows}
    assert told[str(images[0].pk), "lung_opacity"] == (0.42, None)
    assert told[str(images[1].pk), "lung_opacity"] == (0.6, 3)
    assert told[str(images[1].pk), "pleural_effusion"] == (0.35, None)
    assert told[str(images[2].pk), "lung_opacity"] == (None, None)
    assert "model_threshold,model_point_version,notice" in reader.get("/api/first-looks/export/").content.decode()
