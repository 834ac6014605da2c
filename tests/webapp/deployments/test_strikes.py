"""A bundle whose runs end the worker goes out of service by itself; the one before comes back, and people are told."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.deployments.bundle_state import states_of
from webapp.deployments.in_service import way_back
from webapp.deployments.models import BundleStrike, DeployedBundle
from webapp.deployments.services import activate, roll_back
from webapp.deployments.strikes import count_strike, forgive
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.run_mark import EndedRun
from webapp.work.jobs.claim import claim
from webapp.work.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.BUNDLE_DIR = tmp_path / "store"
    settings.WORKER_DIR = tmp_path / "workers"


def registered(version: str) -> DeployedBundle:
    """A registered bundle whose file exists and has its id; enough for what does not load it."""
    bundle_id = hashlib.sha256(version.encode()).hexdigest()
    bundle_path(bundle_id).parent.mkdir(exist_ok=True)
    bundle_path(bundle_id).write_text(version)
    return DeployedBundle.objects.create(bundle_id=bundle_id, name="model", version=version, manifest={})


@pytest.fixture
def good() -> DeployedBundle:
    return activate(registered("1.0.0"), None)


@pytest.fixture
def bad(good) -> DeployedBundle:
    return activate(registered("2.0.0"), None)


def strike(bundle: DeployedBundle, *jobs: Job, reason: str = "worker_ended", began_at=None) -> None:
    began_at = began_at or timezone.now()
    ended = EndedRun(uuid.uuid4(), bundle.pk, began_at, tuple(str(job.pk) for job in jobs), "host:7", reason)
    count_strike(ended)


def job(**values) -> Job:
    return Job.objects.create(kind="infer", idempotency_key=str(uuid.uuid4()), **values)


def in_service() -> str:
    [named] = set(Project.objects.values_list("active_bundle", flat=True))
    states = states_of(DeployedBundle.objects.all())
    assert [key for key, state in states.items() if state.code == "active"] == ([named] if named else [])
    return named


def test_three_strikes_in_a_row_bring_the_one_before_back(good, bad, caplog):
    strike(bad)
    strike(bad)
    assert in_service() == bad.pk
    strike(bad, reason="run_too_long")
    assert in_service() == good.pk
    bad.refresh_from_db()
    assert (states_of([bad])[bad.pk].code, bad.taken_out_at is not None) == ("failed", True)
    assert bad.taken_out_why == (
        f"model 2.0.0 ({bad.short_id}) was taken out of service: the worker ended 3 times (1 of them in runs past their limit "
        "that could not be stopped) while it ran this model, one after the other, without an answer in between."
    )
    event = AccessEvent.objects.get(verb="take_out_bundle")
    assert (event.target, event.actor) == (f"bundle:{bad.pk}", None)
    assert (event.details["strikes"], event.details["back"]) == (3, good.pk)
    assert f"In service now: model 1.0.0 ({good.short_id})" in caplog.text


def test_an_answer_in_between_begins_the_row_again(good, bad):
    for _ in range(4):
        strike(bad)
        strike(bad)
        forgive(bad.pk)
    assert in_service() == bad.pk


def test_answers_of_another_bundle_forgive_nothing(good, bad):
    strike(bad)
    strike(bad)
    forgive(good.pk)
    strike(bad)
    assert in_service() == good.pk


def test_a_job_that_ends_the_worker_at_every_attempt_takes_the_bundle_out_whatever_is_answered(good, bad):
    poison, other = job(), job()
    for companions in ([poison, other], [poison]):
        strike(bad, *companions)
        forgive(bad.pk)
    strike(bad, other)
    forgive(bad.pk)
    assert in_service() == bad.pk
    strike(bad, poison)
    assert in_service() == good.pk
    bad.refresh_from_db()
    assert bad.taken_out_why.endswith(f"3 times while it ran this model, each time with job {poison.pk} in hand.")


def test_a_job_with_more_attempts_has_as_many(good, bad):
    patient = job(max_attempts=5)
    for _ in range(4):
        strike(bad, patient)
        forgive(bad.pk)
    assert in_service() == bad.pk
    strike(bad, patient)
    assert in_service() == good.pk


def test_workers_that_end_at_once_are_one_strike(good, bad):
    began_at = timezone.now()
    for _ in range(4):  # a person kills four workers
        strike(bad, began_at=began_at)
    assert BundleStrike.objects.count() == 1
    assert in_service() == bad.pk


def test_the_same_end_told_twice_is_one_strike(good, bad):
    ended = EndedRun(uuid.uuid4(), bad.pk, timezone.now(), (), "host:7", "worker_ended")
    count_strike(ended)
    count_strike(ended)
    assert BundleStrike.objects.count() == 1


def test_runs_of_a_bundle_that_is_not_in_service_or_was_not_yet_do_not_count(good, bad):
    for _ in range(3):
        strike(good)
        strike(bad, began_at=bad.activated_at - timedelta(seconds=1))
    assert not BundleStrike.objects.exists()
    strike(DeployedBundle(bundle_id="f" * 64))  # never registered here


def test_a_person_may_put_it_in_service_again_and_it_begins_without_strikes(good, bad):
    for _ in range(3):
        strike(bad)
    activate(bad, None)
    assert (bad.taken_out_at, bad.taken_out_why) == (None, "")
    strike(bad)
    strike(bad)
    assert in_service() == bad.pk
    strike(bad)
    assert in_service() == good.pk


def test_it_goes_back_over_bundles_that_were_taken_out_or_are_gone(good, bad):
    gone, fourth = activate(registered("3.0.0"), None), activate(registered("4.0.0"), None)
    bundle_path(gone.pk).unlink()
    DeployedBundle.objects.filter(pk=bad.pk).update(taken_out_at=timezone.now())
    for _ in range(3):
        strike(fourth)
    assert in_service() == good.pk


def test_two_that_replaced_each_other_are_no_endless_way_back(good, bad):
    activate(good, None)
    activate(bad, None)
    assert way_back(Project.default()) == [good, bad, good]
    for bundle in (bad, good):
        forgive(bundle.pk)
        for _ in range(3):
            strike(bundle)
    assert in_service() == ""


def test_where_every_run_ends_its_worker_the_one_that_came_back_stays_and_the_site_is_told(good, bad, client):
    third = activate(registered("3.0.0"), None)
    poison = job(max_attempts=5)
    for _ in range(3):
        strike(third)
    assert in_service() == bad.pk
    [notice] = client.get("/readyz").json()["notices"]
    assert notice.endswith(f"model 2.0.0 ({bad.short_id}) is in service again, as before it, and has not answered yet.")
    for _ in range(6):
        strike(bad, poison)
    assert in_service() == bad.pk
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["notices"]) == (503, [])
    [problem] = answer.json()["problems"]
    assert problem.startswith(f"model 3.0.0 ({third.short_id}) was taken out of service: the worker ended 3 times")
    assert (
        f"model 2.0.0 ({bad.short_id}) came back, and the worker ended 6 times while it ran this model too" in problem
    )


def test_after_its_first_answer_the_one_that_came_back_is_like_any_other(good, bad, client):
    activate(registered("3.0.0"), None)
    for _ in range(3):
        strike(DeployedBundle.objects.get(version="3.0.0"))
    for _ in range(3):
        strike(bad)
    forgive(bad.pk)
    assert client.get("/readyz").status_code == 200
    assert client.get("/readyz").json()["notices"][0].endswith(f"({bad.short_id}) answers now, as before it.")
    for _ in range(3):
        strike(bad)
    assert in_service() == good.pk


def test_a_person_who_chooses_the_one_that_came_back_takes_away_that_it_is_spared(good, bad):
    for _ in range(3):
        strike(bad)
    activate(good, None)
    for _ in range(3):
        strike(good)
    assert in_service() == ""


def test_without_one_before_images_wait_and_the_site_is_not_ready(good, client):
    waiting = job(waiting_for="waiting: no model is in service")
    for _ in range(3):
        strike(good)
    assert in_service() == ""
    waiting.refresh_from_db()
    assert waiting.waiting_for
    answer = client.get("/readyz")
    assert answer.status_code == 503
    [problem] = answer.json()["problems"]
    assert problem.startswith(f"model 1.0.0 ({good.short_id}) was taken out of service: the worker ended 3 times")
    assert problem.endswith("No other model was in service before it: images wait. Put one in service under Models.")
    activate(registered("1.0.1"), None)
    assert client.get("/readyz").status_code == 200


def test_jobs_that_were_in_hand_keep_their_attempts_and_waiting_ones_go_on(good, bad):
    held, waiting = job(), job(waiting_for="waiting: model cannot be loaded")
    for _ in range(3):
        Job.objects.filter(pk=held.pk).update(lease_until=timezone.now() - timedelta(hours=1))
        claimed = claim(held.pk)
        assert claimed is not None
        strike(bad, held)
    assert claim(held.pk) is None  # its last lease still runs
    assert claim(held.pk, timezone.now() + timedelta(minutes=1)) is not None
    waiting.refresh_from_db()
    assert waiting.waiting_for == ""


def test_a_job_that_was_given_up_before_the_bundle_went_is_queued_again(good, bad):
    given_up = job(state="failed", error_code="worker_died", attempts=3)
    refused = job(state="failed", error_code="integrity_mismatch", attempts=1)
    for _ in range(3):
        strike(bad, given_up, refused)
    states = dict(Job.objects.values_list("id", "state"))
    assert states == {given_up.pk: "queued", refused.pk: "failed"}


def test_readyz_pages_and_api_say_what_went_and_what_answers(good, bad, signed_in):
    for _ in range(3):
        strike(bad)
    forgive(good.pk)
    admin = signed_in("admin")
    answer = admin.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (200, [])
    [notice] = answer.json()["notices"]
    assert notice.startswith(f"model 2.0.0 ({bad.short_id}) was taken out of service: the worker ended 3 times")
    assert notice.endswith(f"model 1.0.0 ({good.short_id}) answers now, as before it.")
    for page in ("/operations/", "/models/"):
        assert notice in admin.get(page).content.decode()
    assert "by itself. model 2.0.0" in admin.get(f"/models/{bad.pk}/").content.decode()
    listed = {row["version"]: row for row in admin.get("/api/bundles/").json()["results"]}
    assert (listed["2.0.0"]["state"], listed["1.0.0"]["state"]) == ("failed", "active")
    assert listed["2.0.0"]["taken_out_why"] == DeployedBundle.objects.get(pk=bad.pk).taken_out_why
    activate(good, admin.person)  # a person has seen it and chooses
    assert admin.get("/readyz").json()["notices"] == []


def test_a_roll_back_by_hand_is_no_strike(good, bad):
    roll_back(None)
    assert (in_service(), BundleStrike.objects.count()) == (good.pk, 0)
