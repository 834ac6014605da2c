"""What a withholding hides, and the words that stand there instead."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from webapp.archive.models import Image, Project
from webapp.predictions.models import Prediction
from webapp.reviews.record_review import record_review
from webapp.reviews.visible import visible_reviews
from webapp.training_set.select_cases import labelled_cases
from webapp.viewer.worklist.changes import EVERY_IMAGE, ChangeFeed
from webapp.withholding.models import Withholding
from webapp.withholding.steps import lift_withholding, withhold

pytestmark = pytest.mark.django_db


def test_the_page_says_since_when_and_by_which_rule(
    result: Prediction, withheld: Withholding, signed_in: Callable[..., Client]
) -> None:
    reader, words = signed_in(), f"Scores withheld since {withheld.created_at:%H:%M}, rule S2"
    assert words in reader.get("/").content.decode()
    answer = reader.get(f"/api/images/{result.image_id}/predictions/")  # type: ignore[attr-defined]
    assert (answer.status_code, answer.json()) == (403, {"code": "withheld", "text": f"{words}."})
    assert reader.get(f"/api/predictions/{result.pk}/maps/gradcam/").status_code == 403


def test_labels_that_people_gave_train_and_judge_models_all_the_same(
    result: Prediction, signed_in: Callable[..., Client]
) -> None:
    """Pages that show reviews beside the model's call wait."""
    image, admin = result.image, signed_in("admin")
    record_review(make_user("rita"), image, review_body(finding="only_here"))
    before = labelled_cases(admin.person, image.project)  # type: ignore[attr-defined]
    assert [case.image for case in before.cases] == [image]
    withhold(image.project, "S2", "P-4", "AUC is 0.6")
    assert labelled_cases(admin.person, image.project) == before  # type: ignore[attr-defined]
    assert not visible_reviews(admin.person).exists()  # type: ignore[attr-defined]


def test_open_pages_are_told_when_it_begins_and_when_it_ends(
    result: Prediction, signed_in: Callable[..., Client]
) -> None:
    """By the stream and its polling form, which read the same rows."""
    reader, since = signed_in(), timezone.now().isoformat()
    feed = ChangeFeed(timezone.now())
    assert EVERY_IMAGE not in feed.next_changes()
    row = withhold(result.image.project, "S2", "P-4", "AUC is 0.6")
    assert EVERY_IMAGE in feed.next_changes()
    assert EVERY_IMAGE not in feed.next_changes()
    assert reader.get("/api/worklist/", {"since": since}).json()["images"] == [str(EVERY_IMAGE)]
    lift_withholding(row, reader.person, "looked at")  # type: ignore[attr-defined]
    assert EVERY_IMAGE in feed.next_changes()


def test_another_project_is_shown_and_two_projects_are_told_apart(
    result: Prediction, withheld: Withholding, signed_in: Callable[..., Client]
) -> None:
    other = Project.objects.create(name="Other", slug="other")
    image: Image = make_image(project=other)
    make_result(image, 0.77)
    reader = signed_in()
    assert reader.get(f"/api/images/{image.pk}/predictions/").status_code == 200
    withhold(other, "S5", "P-1", "refused")
    listed = reader.get("/?state=all").content.decode()
    assert listed.count("rule S5.") >= 2  # the strip, and the row of its case
    assert "rule S2." in listed
    assert ">.77<" not in listed
