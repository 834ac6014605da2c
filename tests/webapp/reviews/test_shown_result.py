"""An answer is on the result that the reader saw, also when another of the same bundle has come since."""

import uuid
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_job, make_result, review_body
from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.reviews.models import CaseReview

AGREE: dict[str, Any] = {"verdict": "agree", "failure": None, "note": ""}


def post(client: Client, image: Image, **changes: Any) -> Any:
    body = review_body(**changes)
    return client.post(f"/api/images/{image.pk}/reviews/", body, content_type="application/json")


@pytest.fixture
def shown(case: Image) -> Prediction:
    """What the reader saw: a yes at .42. Newer: undecided, where agreement is not open."""
    seen = case.predictions.get()
    make_result(case, 0.81, "uncertain")
    return seen


def test_agreement_is_with_the_result_that_was_shown(reader_client: Client, case: Image, shown: Prediction) -> None:
    answer = post(reader_client, case, prediction=str(shown.pk), **AGREE)
    assert answer.status_code == 201, answer.content
    stored = CaseReview.objects.get()
    assert (stored.prediction_id, stored.model_decision, stored.model_threshold) == (shown.pk, "positive", 0.42)


@pytest.mark.parametrize("told", [{}, {"prediction": None}])
def test_without_it_the_newest_is_meant(
    reader_client: Client, case: Image, shown: Prediction, told: dict[str, None]
) -> None:
    answer = post(reader_client, case, **told, **AGREE)
    assert (answer.status_code, answer.json()["code"]) == (400, "model_undecided")
    assert post(reader_client, case, **told, verdict="present", failure=None).status_code == 201
    assert CaseReview.objects.get().prediction_id != shown.pk


def test_a_result_of_another_image_bundle_or_state_is_refused(reader_client: Client, case: Image) -> None:
    others = [
        make_result(make_image()),
        make_result(case, bundle_id="e" * 64),
        make_result(case, finished_at=None),
        make_result(case, job=make_job("failed")),
    ]
    for told in (*(str(one.pk) for one in others), str(uuid.uuid4()), "newest"):
        answer = post(reader_client, case, prediction=told, **AGREE)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
            400,
            "prediction_unknown",
            "prediction",
        )
        assert str(case.predictions.filter(bundle_id=BUNDLE).last().pk) in answer.json()["text"]
    assert not CaseReview.objects.exists()
