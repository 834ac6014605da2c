"""What the signals of stop rules read, and what is said where there is nothing to read."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user, make_waiting
from tests.webapp.watching.conftest import OPACITY, judged, scored_week, told_first
from webapp.archive.models import Image, Project
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.predictions.models import Prediction
from webapp.sentinel.models import FirstAnswer, FirstLook, SentinelDraw
from webapp.watching.score_weeks import LEAST_SCORES
from webapp.watching.signals import RATE_DAYS, SignalReading, read_signal

pytestmark = pytest.mark.django_db


def read(project: Project, key: str, now: datetime | None = None) -> SignalReading:
    return read_signal(project, key, now=now or timezone.now(), finding=OPACITY)


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


def test_figures_of_labels_are_weighted_by_the_chance_of_the_look(project: Project) -> None:
    reader = make_user("rita")
    for probability, chance in ((0.9, 0.05), (0.8, 0.05), (0.2, 0.10)):
        told_first(reader, "present", probability, chance)
    for probability in (0.1, 0.3, 0.85):
        told_first(reader, "absent", probability)
    told_first(reader, "cannot_judge", 0.9)
    told_first(reader, "present", 0.1, bundle_id="another")
    sensitivity, specificity, auc = (read(project, key) for key in ("sensitivity", "specificity", "auc"))
    assert (sensitivity.value, sensitivity.n) == (pytest.approx(40 / 50), 3)
    assert (specificity.value, specificity.n) == (pytest.approx(2 / 3), 3)
    assert (auc.value, auc.n) == (pytest.approx((20 * 3 + 20 * 2 + 10 * 1) / 150), 6)
    low, high = sensitivity.interval or (0, 0)
    assert low < 0.8 < high


def test_readers_who_disagree_and_labels_of_other_bytes_count_for_nothing(project: Project) -> None:
    reader = make_user("rita")
    told_first(reader, "present", 0.9)
    image = told_first(reader, "present", 0.1)
    look = FirstLook.objects.create(
        draw=image.sentinel_draw, reader=make_user("raul"), image_sha256=image.stored_sha256, bundle_id=BUNDLE,
        locked_at=timezone.now(),
    )  # fmt: skip
    FirstAnswer.objects.create(look=look, finding=OPACITY, says="absent")
    changed = told_first(reader, "present", 0.1)
    Image.objects.filter(pk=changed.pk).update(stored_sha256="c" * 64)
    assert (read(project, "sensitivity").value, read(project, "sensitivity").n) == (1.0, 1)
    assert (read(project, "auc").why_not or "").startswith("1 unaided label of the last 26 weeks: no figure")
