"""The number over time: only where the project allows it, of one model, and of nothing that is hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.reader_study.studies.study_factory import make_study, opened
from tests.webapp.openapi_check import broken_promises
from tests.webapp.priors.made_patients import days_before, image_of, lateral_of
from tests.webapp.sentinel.conftest import drawn
from tests.webapp.viewer.case_factory import make_result, make_user, make_waiting
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.predictions.models import Prediction

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture
def allowed(db: None) -> None:
    Project.objects.filter(pk=Project.default().pk).update(ai_on_priors=True)


def trend(client: Client, result: Prediction) -> dict[str, Any]:
    path = f"/api/predictions/{result.pk}/trend/"
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    document: dict[str, Any] = answer.json()
    assert broken_promises("get", path, 200, document) == []
    return document


def opacity(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    (own,) = [one for one in document["findings"] if one["key"] == "lung_opacity"]
    return [(point["ago"], point["probability"], point["is_same_point"]) for point in own["points"]]


def earlier(days: int, probability: float | None = 0.2, **columns: Any) -> Image:
    image = image_of(study_date=days_before(days))
    make_result(image, probability, **columns)
    return image


def test_it_is_not_shown_unless_the_project_allows_it(signed_in: SignedIn) -> None:
    before, now = earlier(40), image_of()
    document = trend(signed_in(), make_result(now))
    assert document["findings"] == []
    assert not AccessEvent.objects.filter(verb="see_predictions").exists()
    assert document["problem"]["code"] == "no_ai_on_priors"
    assert str(before.pk) not in str(document)


@pytest.mark.usefixtures("allowed")
def test_points_come_oldest_first_and_the_own_last(signed_in: SignedIn) -> None:
    for days, probability in ((40, 0.2), (900, 0.1), (11_000, 0.05)):  # 30 years ago, too
        earlier(days, probability)
    client = signed_in()
    now = image_of()
    document = trend(client, make_result(now, 0.8))
    assert opacity(document) == [
        ("30 years before", 0.05, True), ("2 years before", 0.1, True), ("5 weeks before", 0.2, True), ("", 0.8, True),
    ]  # fmt: skip
    assert (document["problem"], document["without"]) == (None, 0)
    assert AccessEvent.objects.filter(verb="see_predictions").count() == 4
    assert AccessEvent.objects.filter(verb="see_predictions", target=f"image:{now.pk}").count() == 1, "its own, too"


@pytest.mark.usefixtures("allowed")
def test_another_model_has_no_point_and_another_operating_point_is_said(signed_in: SignedIn) -> None:
    earlier(900, 0.1, bundle_id="e" * 64)
    moved = make_result(earlier(40), 0.3)
    moved.document["findings"][0]["operating_point"]["threshold"] = 0.5
    moved.save()
    document = trend(signed_in(), make_result(image_of(), 0.8))
    assert opacity(document) == [("5 weeks before", 0.3, False), ("", 0.8, True)]
    assert document["without"] == 1


@pytest.mark.usefixtures("allowed")
def test_a_refusal_a_failure_other_bytes_and_a_newer_result(signed_in: SignedIn) -> None:
    refused = earlier(900, None, decision="refused")
    make_waiting(image_of(study_date=days_before(800)), "failed", error_code="x", error_text="y")
    earlier(700, 0.3, image_sha256="c" * 64)
    twice = earlier(40, 0.2)
    make_result(twice, 0.4)
    document = trend(signed_in(), make_result(image_of(), 0.8))
    assert opacity(document) == [("2 years before", None, True), ("5 weeks before", 0.4, True), ("", 0.8, True)]
    assert document["without"] == 2
    assert refused.pk


@pytest.mark.usefixtures("allowed")
def test_two_of_one_moment_both_stand_and_what_is_no_prior_does_not(signed_in: SignedIn) -> None:
    now = image_of()
    make_result(lateral_of(now), 0.5)
    for columns in (
        {"study_date": None},
        {"study_date": days_before(-5)},
        {"study_date": days_before(9), "patient_birth_date": "19700101"},
    ):
        make_result(image_of(**columns), 0.6)
    for probability in (0.1, 0.2):
        earlier(40, probability)
    assert sorted(opacity(trend(signed_in(), make_result(now, 0.8)))[:-1]) == [
        ("5 weeks before", 0.1, True), ("5 weeks before", 0.2, True),
    ]  # fmt: skip


@pytest.mark.usefixtures("allowed")
def test_what_a_study_or_a_look_hides_is_neither_shown_nor_counted(signed_in: SignedIn) -> None:
    studied, waiting, now = earlier(900, 0.1), drawn(earlier(300, 0.15)), image_of()
    make_result(earlier(40, 0.2), 0.2)
    result = make_result(now, 0.8)
    made = opened(make_study(images=[studied]))
    reader, stranger = Client(), signed_in()
    reader.force_login(made.readers[0])
    document = trend(reader, result)
    assert opacity(document) == [("5 weeks before", 0.2, True), ("", 0.8, True)]
    assert document["without"] == 0
    assert len(opacity(trend(stranger, result))) == 3, "the waiting one is hidden from everybody"
    assert str(waiting.pk) not in str(trend(stranger, result))


@pytest.mark.usefixtures("allowed")
def test_the_trend_of_a_hidden_case_is_refused(signed_in: SignedIn) -> None:
    earlier(40)
    image = drawn(image_of())
    result = make_result(image)
    assert signed_in().get(f"/api/predictions/{result.pk}/trend/").status_code == 403
    open_image = image_of(study_date=days_before(3))
    own = make_result(open_image)
    made = opened(make_study(images=[open_image]))
    reader = Client()
    reader.force_login(made.readers[0])
    refused = reader.get(f"/api/predictions/{own.pk}/trend/")
    assert (refused.status_code, refused.json()["code"]) == (403, "in_study")
    reader.force_login(make_user("somebody"))
    assert reader.get(f"/api/predictions/{own.pk}/trend/").status_code == 200
