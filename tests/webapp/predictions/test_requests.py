"""What is asked of workers: one job per image and run."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from webapp.archive.image_filters import ImageFilters
from webapp.archive.models import Image
from webapp.code_filters import FilterRefused
from webapp.predictions.models import Prediction
from webapp.predictions.requests import predict_again, predict_new_image
from webapp.work.models import Job

pytestmark = pytest.mark.django_db


def test_a_new_image_gets_one_job_and_one_queued_prediction(make_image):
    image = make_image()
    predict_new_image(image)
    predict_new_image(image)
    assert Job.objects.get().idempotency_key == f"infer:{image.id}:1"
    assert image.predictions.get().state == "queued"


def test_job_and_image_exist_together_or_not_at_all(make_image):
    with pytest.raises(IntegrityError):
        _store_and_break(make_image)
    assert not Job.objects.exists()
    assert not Image.objects.exists()


@transaction.atomic
def _store_and_break(make_image) -> None:
    predict_new_image(make_image())
    raise IntegrityError


def test_another_run_has_its_own_job_and_goes_first(succeeded):
    prediction, is_new = predict_again(succeeded.image)
    assert is_new
    assert (prediction.job.idempotency_key[-2:], prediction.job.priority) == (":2", 10)
    assert Prediction.objects.count() == 2


def test_the_image_list_is_narrowed_by_the_state_of_the_newest_prediction(queued, make_image):
    make_image()
    assert list(ImageFilters({"state": "queued"}, person=AnonymousUser()).checked().qs) == [queued.image]
    with pytest.raises(FilterRefused, match="state 'done' is not one of queued, running"):
        ImageFilters({"state": "done"}, person=AnonymousUser()).checked()


def test_a_result_that_was_asked_for_again_is_found_by_its_newest_state_alone(succeeded):
    image = succeeded.image

    def states() -> list[str]:
        found = []
        for state in Job.State.values:
            images = ImageFilters({"state": state}, person=AnonymousUser()).checked().qs
            found += [state] * images.filter(pk=image.pk).count()
        return found

    assert states() == ["succeeded"]
    again, _ = predict_again(image)
    for state in ("queued", "running", "failed", "cancelled", "succeeded"):
        Job.objects.filter(pk=again.job_id).update(state=state)
        assert states() == [state]
    # of two of one moment the greater id counts, as in the worklist
    Prediction.objects.update(created_at=again.created_at)
    Job.objects.filter(pk=again.job_id).update(state="failed")
    assert states() == ["failed" if again.pk > succeeded.pk else "succeeded"]
    # a result whose job was cleaned away has succeeded, as its page says
    Job.objects.all().delete()
    assert states() == ["succeeded"]
