"""One job in this process: each way a run can end has its own state of the row."""

import pytest

from inference.dicom import DicomRefusal
from webapp.celery import app
from webapp.work.jobs.cancel import cancel
from webapp.work.jobs.kinds import JobMustWait, JobRefused, Kind, Result, register_kind
from webapp.work.models import Job
from webapp.work.tasks import wake
from webapp.work.worker import run_one
from webapp.work.worker_poll import PollStep

pytestmark = pytest.mark.django_db


def run_job(body, kind: str = "trial", **values) -> Job:
    """The row after one run of a job whose work is `body(claim, lease)`."""
    register_kind(Kind("trial", body))
    job = Job.objects.create(kind=kind, idempotency_key="one", **values)
    assert run_one()
    job.refresh_from_db()
    return job


def raising(problem: Exception):
    def body(claim, lease):
        raise problem

    return body


def test_it_has_nothing_to_do_without_jobs():
    assert run_one() is False


def test_it_writes_the_result_and_closes_the_job():
    done = []
    job = run_job(lambda claim, lease: Result(write=lambda: done.append("rows"), clean=lambda: done.append("clean")))
    assert (job.state, done) == (Job.State.SUCCEEDED, ["rows", "clean"])
    assert job.finished_at is not None


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (DicomRefusal("decoder_error", "The pixels cannot be decoded."), "decoder_error"),
        (JobRefused("prediction_missing", "Gone."), "prediction_missing"),
    ],
)
def test_it_fails_at_once_when_the_input_is_at_fault(problem, code):
    job = run_job(raising(problem))
    assert (job.state, job.error_code, job.attempts) == (Job.State.FAILED, code, 1)
    assert job.error_text


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (OSError(28, "No space left on device", "/srv/secret"), "storage_error"),
        (MemoryError(), "out_of_memory"),
        (RuntimeError("CUDA out of memory"), "inference_error"),
    ],
)
def test_it_tries_again_after_a_fault_that_may_pass(problem, code):
    job = run_job(raising(problem))
    assert (job.state, job.error_code) == (Job.State.QUEUED, code)
    assert job.not_before is not None
    assert "/srv" not in job.error_text  # no paths of the server in what people read


def test_it_throws_the_files_away_when_the_rows_cannot_be_written():
    removed = []

    def body(claim, lease):
        return Result(write=lambda: (_ for _ in ()).throw(OSError("disk")), discard=lambda: removed.append("files"))

    job = run_job(body)
    assert (job.state, removed) == (Job.State.QUEUED, ["files"])


def test_it_lets_a_job_wait_with_its_reason():
    job = run_job(raising(JobMustWait("waiting: no model is in service")))
    assert (job.state, job.waiting_for, job.attempts) == (Job.State.QUEUED, "waiting: no model is in service", 0)


def test_it_writes_nothing_for_a_job_cancelled_during_the_run():
    written, removed = [], []

    def body(claim, lease):
        cancel(claim.job.id)
        return Result(write=lambda: written.append("rows"), discard=lambda: removed.append("files"))

    job = run_job(body)
    assert (job.state, written, removed) == (Job.State.CANCELLED, [], ["files"])


def test_it_does_a_job_once_however_often_it_is_woken():
    done = []
    job = run_job(lambda claim, lease: Result(write=lambda: done.append(claim.job.id)))
    for _ in range(3):
        wake(str(job.id))
    assert done == [job.id]


def test_a_wake_up_means_look_and_not_this_one():
    register_kind(Kind("trial", lambda claim, lease: Result()))
    other = Job.objects.create(kind="trial", idempotency_key="other")
    wake("00000000-0000-0000-0000-000000000001")
    other.refresh_from_db()
    assert other.state == Job.State.SUCCEEDED


def test_it_names_the_known_kinds_for_an_unknown_one():
    job = run_job(raising(OSError()), kind="polish")
    assert job.error_code == "unknown_kind"
    assert "'polish' is not one of infer, ingest_zip" in job.error_text


def test_it_fails_after_its_attempts_are_used_up():
    job = run_job(raising(OSError("disk")), max_attempts=1)
    assert (job.state, job.error_code) == (Job.State.FAILED, "storage_error")


def test_a_wake_up_that_an_earlier_version_left_in_the_broker_is_understood():
    assert "predictions.wake" in app.tasks


def test_a_celery_worker_of_this_application_polls_the_rows():
    assert PollStep in app.steps["worker"]
