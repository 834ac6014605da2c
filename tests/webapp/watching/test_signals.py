"""What the signals of stop rules read, and what is said where there is nothing to read."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user, make_waiting
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.predictions.models import Prediction
from webapp.reviews.models import CaseReview
from webapp.sentinel.models import SentinelDraw
from webapp.watching.score_weeks import LEAST_SCORES
from webapp.watching.signals import RATE_DAYS, SignalReading, read_signal

pytestmark = pytest.mark.django_db
OPACITY = "lung_opacity"


@pytest.fixture
def project() -> Project:
    made = Project.default()
    made.active_bundle = BUNDLE
    made.save()
    return made


def read(project: Project, key: str, now: datetime | None = None) -> SignalReading:
    return read_signal(project, key, now=now or timezone.now(), finding=OPACITY)


def judged(reader: User, verdict: str, image: Image | None = None, **columns: object) -> CaseReview:
    image = image or make_image()
    values = {
        "image": image, "image_sha256": image.stored_sha256, "prediction": make_result(image), "bundle_id": BUNDLE,
        "finding": OPACITY, "verdict": verdict, "model_decision": "positive", "reader": reader,
        "idempotency_key": str(image.pk), "request_sha256": "",
    }  # fmt: skip
    return CaseReview.objects.create(**values | columns)


def test_every_signal_of_the_plan_can_be_read_and_another_is_named(project: Project) -> None:
    for key in STOP_SIGNALS:
        reading = read(project, key)
        assert reading.signal == key
        assert reading.value is None
        assert reading.why_not
    with pytest.raises(ValueError, match="'weather' does not exist; there are sensitivity"):
        read(project, "weather")


def test_silence_is_days_since_the_last_image(project: Project) -> None:
    assert read(project, "silence").why_not == "No image has come to this project yet."
    make_image(minutes_ago=36 * 60)
    found = read(project, "silence")
    assert (round(found.value or 0, 2), found.n) == (1.5, 1)
    make_image(minutes_ago=60)
    assert read(project, "silence").value == pytest.approx(1 / 24, abs=0.01)


def test_a_clock_that_was_moved_back_is_said_and_gives_no_value(project: Project) -> None:
    make_image()
    for key in STOP_SIGNALS:
        found = read(project, key, timezone.now() - timedelta(hours=2))
        assert found.value is None
        assert (found.why_not or "").startswith("The clock was moved back: the newest image came at ")


def test_refused_images_are_those_without_a_number(project: Project) -> None:
    make_result(make_image(), None, "refused")
    make_waiting(make_image(), "failed")
    make_waiting(make_image(), "queued")  # not done with
    later = make_image()
    make_waiting(later, "failed")
    make_result(later)  # asked again, and answered
    make_result(make_image())
    make_result(make_image(), None, "refused", bundle_id="another")
    make_result(make_image(minutes_ago=(RATE_DAYS + 1) * 24 * 60), None, "refused")
    found = read(project, "refusal_rate")
    assert (found.value, found.n) == (0.5, 4)
    low, high = found.interval or (0, 0)
    assert low < 0.5 < high


def test_an_open_look_before_the_model_is_not_counted(project: Project) -> None:
    make_result(make_image())
    drawn = make_image()
    make_result(drawn, None, "refused")
    assert read(project, "refusal_rate").value == 0.5
    SentinelDraw.objects.create(image=drawn, probability=0.05, is_drawn=True)
    assert (read(project, "refusal_rate").value, read(project, "refusal_rate").n) == (0.0, 1)


def test_overridden_are_calls_that_a_reader_reversed(project: Project) -> None:
    reader = make_user("rita")
    for verdict in ("agree", "agree", "wrong_place", "false_positive", "cannot_judge"):
        judged(reader, verdict)
    judged(reader, "false_negative", finding="pleural_effusion")
    first = judged(reader, "false_positive", bundle_id="another")
    assert Prediction.objects.filter(reviews=first).exists()
    found = read(project, "override_rate")
    assert (found.value, found.n) == (0.25, 4)
    assert read_signal(project, "override_rate", now=timezone.now()).why_not == (
        "No change plan is in force that names a primary finding."
    )


def test_the_page_of_models_shows_the_signals_to_managers_and_admins_alone(project: Project) -> None:
    make_result(make_image(), None, "refused")
    for role, is_shown in (("admin", True), ("manager", True), ("radiologist", False)):
        client = Client()
        client.force_login(make_user(role, role))
        page = client.get("/models/").content.decode()
        assert ("desk-watching" in page) is is_shown
        assert ("a limit of 5 is passed by chance once in 465 weeks on average" in page) is is_shown
        assert ("100.0 % (20.7 % … 100.0 %)" in page) is is_shown


def scored_week(weeks_ago: int, probability: float, count: int = LEAST_SCORES, **columns: Any) -> None:
    """`count` images of so many patients."""
    for number in range(count):
        image = make_image(minutes_ago=weeks_ago * 7 * 24 * 60)
        make_result(image, probability + 0.001 * number, **columns)


def test_a_shift_of_the_scores_raises_the_cusum_and_a_small_week_is_left_out(project: Project) -> None:
    for weeks_ago, probability in ((7, 0.30), (6, 0.31), (5, 0.29), (4, 0.30)):
        scored_week(weeks_ago, probability)
    scored_week(4, 0.99, 3, bundle_id="another")
    found = read(project, "score_shift")
    assert found.why_not == "There are 4 of the 5 whole weeks with 10 scored patients each that it takes."
    scored_week(3, 0.305)
    quiet = read(project, "score_shift")
    assert (quiet.n, quiet.value is not None and quiet.value < 1) == (5 * LEAST_SCORES, True)
    scored_week(2, 0.9, LEAST_SCORES - 1)
    scored_week(0, 0.9)
    assert read(project, "score_shift").value == quiet.value
    scored_week(1, 0.6)
    moved = read(project, "score_shift")
    assert moved.value is not None
    assert moved.value > 2


def test_only_the_first_answer_to_an_image_counts_and_each_patient_once(project: Project) -> None:
    for weeks_ago in range(5, 0, -1):
        scored_week(weeks_ago, 0.3)
    before = read(project, "score_shift")
    image = Image.objects.order_by("created_at")[0]
    make_result(image, 0.99, finished_at=timezone.now() + timedelta(hours=1))
    again = make_image(minutes_ago=7 * 24 * 60, patient_id=Image.objects.order_by("-created_at")[0].patient_id)
    make_result(again, 0.99)
    after = read(project, "score_shift")
    assert after == replace(before, at=after.at)
