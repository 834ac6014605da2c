"""The page of how a model does: who sees it, what it says, and what it says where there is nothing."""

import csv
import io
import json
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.reader_study.studies.study_factory import make_study, opened
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting
from tests.webapp.watching.conftest import judged, scored_week, told_first
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.predictions.models import ResultEmbedding
from webapp.sentinel.models import SentinelDraw

pytestmark = pytest.mark.django_db
HERE = "/models/watching/"
ASKED = f"{HERE}?finding=lung_opacity"


@pytest.fixture(autouse=True)
def findings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the model in service; its file is not there."""
    monkeypatch.setattr("webapp.watching.pages.findings_in_service", lambda project: {"lung_opacity": "Lung opacity"})


@pytest.fixture
def reader() -> User:
    return make_user("rita")


def page(role: str = "manager", address: str = ASKED) -> str:
    client = Client()
    client.force_login(User.objects.filter(username=role).first() or make_user(role, role))
    return client.get(address).content.decode()


def document(address: str = f"{HERE}export/?finding=lung_opacity", role: str = "manager") -> dict[str, object]:
    found: dict[str, object] = json.loads(page(role, address))
    return found


def test_managers_and_admins_see_it_and_readers_do_not(project: Project, reader: User) -> None:
    for person, status in ((make_user("ada", "admin"), 200), (make_user("omar", "manager"), 200), (reader, 403)):
        client = Client()
        client.force_login(person)
        assert [client.get(f"{HERE}{rest}").status_code for rest in ("", "export/", "export/?as=csv")] == [status] * 3


def test_weeks_views_and_makers_tell_volume_refusals_by_reason_reversals_and_times(
    project: Project, reader: User
) -> None:
    header = {"manufacturer": " Acme  Imaging", "view_position": "AP"}
    refused = make_result(make_image(header=header, view_position="AP"), None, "refused")
    refused.document["gate"]["checks"] = [
        {"name": "age", "passed": False, "text": "x"},
        {"name": "view", "passed": True},
    ]
    refused.save()
    make_waiting(make_image(), "failed", error_code="pixels_short")
    make_waiting(make_image())
    judged(reader, "false_positive")
    judged(reader, "agree")
    slow = make_image()
    make_result(slow, finished_at=slow.created_at + timedelta(seconds=90))
    found = document()
    week = found["weeks"][-1]  # type: ignore[index]
    assert (week["images"], week["answered"], week["reasons"]) == (6, 4, {"age": 1, "pixels_short": 1})
    assert (week["refused"]["count"], week["refused"]["n"]) == (2, 5)
    assert (week["reversed"]["count"], week["reversed"]["n"]) == (1, 2)
    assert week["p95_seconds"] > 60
    assert found["not_counted"] == 1
    makers = {row["key"]: row["images"] for row in found["makers"]}  # type: ignore[attr-defined]
    assert makers == {"ACME IMAGING": 1, "not stated": 5}
    only = document(f"{HERE}export/?finding=lung_opacity&maker=ACME+IMAGING")
    assert [row["key"] for row in only["views"]] == ["AP"]  # type: ignore[attr-defined]


def test_measured_and_estimated_stand_side_by_side_and_a_warning_when_they_part(project: Project, reader: User) -> None:
    for _ in range(8):
        told_first(reader, "present", 0.05)  # the model misses what it is sure of
    for _ in range(12):
        told_first(reader, "absent", 0.06)
    shown = page()
    assert "parted" not in shown
    for number in range(60):
        make_result(make_image(), 0.02 if number % 2 else 0.95)
    shown = page()
    assert "Sensitivity: what is measured and what is estimated lie apart" in shown
    assert "0.000 (0.000 … 0.324)" in shown
    assert "right where the model&#x27;s probabilities are calibrated on what comes in now" in shown
    assert "is-hollow" in shown
    assert "With 5 % looks before the model, at" in shown


def test_the_weeks_until_five_points_are_those_of_volume_answers_and_prevalence(
    project: Project, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = 14 * 24 * 60 - 1
    for number in range(4):
        told_first(reader, "present" if number else "absent", 0.9 if number > 1 else 0.2, minutes_ago=minutes)
    for _ in range(16):
        make_result(make_image(minutes_ago=5), 0.2)
    found = document()
    until = {row["figure"]: row for row in found["until"]}  # type: ignore[attr-defined]
    assert found["images_a_week"] == pytest.approx(10, abs=0.1)
    row = until["sensitivity"]
    assert row["a_week"] == pytest.approx(10 * 0.05 * 0.75, abs=0.01)
    assert row["weeks"] == pytest.approx(row["needed"] / (10 * 0.05 * 0.75), rel=0.01)
    monkeypatch.setattr("measures.sampled_share.MOST_WEEKS", 1)
    assert ": more than a hundred years." in page()


def test_a_month_without_one_label_a_day_without_data_and_a_project_without_a_model_are_said(project: Project) -> None:
    make_result(make_image(minutes_ago=3 * 24 * 60))
    make_result(make_image())
    shown = page()
    assert "There is not one unaided label yet." in shown
    assert "No image came on 2 days: " in shown
    assert "not one</span>" in shown
    project.active_bundle = ""
    project.save()
    assert "No model is in service in this project." in page()


def test_a_clock_that_was_moved_back_is_said(project: Project) -> None:
    image = make_image()
    Image.objects.filter(pk=image.pk).update(created_at=timezone.now() + timedelta(days=2))
    assert "The clock was moved back: the newest image came at " in page()


def test_an_open_look_before_the_model_is_in_no_figure(project: Project, reader: User) -> None:
    scored_week(1, 0.3)
    before = document()
    drawn = make_image(minutes_ago=7 * 24 * 60)
    SentinelDraw.objects.create(image=drawn, probability=0.05, is_drawn=True)
    make_result(drawn, 0.99)
    judged(reader, "false_positive", drawn)
    after = document()
    assert after["not_counted"] == 1
    weeks = [[row["score"], row["answered"], row["reversed"]] for row in before["weeks"]]  # type: ignore[attr-defined]
    assert weeks == [[row["score"], row["answered"], row["reversed"]] for row in after["weeks"]]  # type: ignore[attr-defined]
    assert after["whole"] == before["whole"]


def test_the_exports_hold_no_patient_and_the_csv_is_the_table(project: Project, reader: User) -> None:
    told_first(reader, "present", 0.9)
    text = page(address=f"{HERE}export/?finding=lung_opacity&as=csv&weeks=28")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["by"] for row in rows] == ["week"] * 28 + ["view", "maker"]
    assert rows[27]["images"] == "1"
    for shown in (text, json.dumps(document()), page()):
        assert not any(word in shown for word in ("DOE", "004-"))


def kept_week(weeks_ago: int, mean: float, count: int = 60, width: int = 4) -> None:
    generator = np.random.default_rng(weeks_ago)
    for number in range(count):
        result = make_result(make_image(minutes_ago=weeks_ago * 7 * 24 * 60), 0.2 + 0.001 * number)
        values = generator.normal(mean, 1, width).astype("<f4").tobytes()
        ResultEmbedding.objects.create(prediction=result, width=width, values=values)


def test_embeddings_that_moved_and_those_of_another_width_are_said(project: Project) -> None:
    kept_week(9, 0)
    kept_week(5, 0)
    kept_week(1, 1.5)
    kept_week(1, 0, 2, width=3)
    reference, alike, moved = document()["moved"]  # type: ignore[misc]
    assert reference["is_reference"]
    assert (alike["embeddings"]["is_shifted"], moved["embeddings"]["is_shifted"]) == (False, True)
    assert (alike["scores"]["is_shifted"], moved["other_width"], moved["embeddings"]["n"]) == (False, 2, 60)
    assert "2 of another width left out" in page()


def test_no_more_embeddings_are_read_than_are_compared(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.watching.moved.MOST", 50)
    kept_week(5, 0)
    kept_week(1, 1.5)
    with CaptureQueriesContext(connection) as asked:
        reference, later = document()["moved"][-2:]  # type: ignore[index]
    assert (reference["is_reference"], later["embeddings"]["n"]) == (True, 50)
    reads = [one["sql"] for one in asked if '"predictions_resultembedding"."values"' in one["sql"]]
    assert reads
    assert all('"predictions_resultembedding"."prediction_id" IN (' in sql for sql in reads)


def test_images_of_a_study_under_way_are_in_no_figure(project: Project) -> None:
    images = [make_image() for _ in range(6)]
    for image in images:
        make_result(image, 0.9)
    assert document()["weeks"][-1]["answered"] == 6  # type: ignore[index]
    opened(make_study(images=images))
    found = document()
    assert (found["weeks"][-1]["answered"], found["weeks"][-1]["images"], found["not_counted"]) == (0, 6, 6)  # type: ignore[index]
