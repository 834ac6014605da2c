"""While scores are withheld no number, map or box of the model gets out by any address, whoever asks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.webapp.sentinel.test_sentinel_crawl import by_token, leaks, tell_all
from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.archive.models import Image, Project
from webapp.predictions.models import Prediction
from webapp.withholding.models import Withholding
from webapp.withholding.steps import lift_withholding, withhold

pytestmark = pytest.mark.django_db


@pytest.fixture
def result(settings: LazySettings, tmp_path: Any) -> Prediction:
    settings.MAP_DIR = tmp_path
    make_result(make_image(minutes_ago=30), probability=0.3)
    return tell_all(make_image(minutes_ago=20))


@pytest.fixture
def withheld(result: Prediction) -> Withholding:
    return withhold(result.image.project, "S2", "P-4", "AUC is 0.6")


def test_nothing_of_the_model_gets_out_by_any_address(
    result: Prediction, withheld: Withholding, signed_in: Callable[..., Client]
) -> None:
    people = [signed_in("radiologist", "reader"), signed_in("manager"), by_token(signed_in("admin").person)]  # type: ignore[attr-defined]
    assert [leaks(client, result.image) for client in people] == [[], [], []]
    lift_withholding(withheld, people[1].person, "looked at")  # type: ignore[attr-defined]
    seen = {leak.split(": ")[0] for leak in leaks(people[0], result.image)}
    assert {f"/api/images/{result.image_id}/predictions/", "/?state=all&sort=-finding"} <= seen  # type: ignore[attr-defined]


def test_the_page_says_since_when_and_by_which_rule(
    result: Prediction, withheld: Withholding, signed_in: Callable[..., Client]
) -> None:
    reader, words = signed_in(), f"Scores withheld since {withheld.created_at:%H:%M}, rule S2"
    assert words in reader.get("/").content.decode()
    answer = reader.get(f"/api/images/{result.image_id}/predictions/")  # type: ignore[attr-defined]
    assert (answer.status_code, answer.json()) == (403, {"code": "withheld", "text": f"{words}."})
    assert reader.get(f"/api/predictions/{result.pk}/maps/gradcam/").status_code == 403


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
