"""A model that runs for ever on some images holds no worker: it is stopped, the image fails with a sentence, and a person who
cancels is heard within a second."""

import dataclasses
import re
import threading
import time

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from inference import graph_checks, stoppable_run
from inference.file_sha256 import file_sha256
from tests.inference.changed_bundle import graph_with, rezipped
from tests.inference.endless_graph import OF_LOOPS, behind_the_probabilities_of_white
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.predictions import bundle_store, infer
from webapp.predictions.bundle_store import bundle_path
from webapp.work.jobs.cancel import cancel
from webapp.work.jobs.lease import OVERRUN_EXIT
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _home(storage, tmp_path, monkeypatch):
    """A bundle in service that runs for a minute on white images."""
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    monkeypatch.setattr(graph_checks, "GRAPH_OPERATORS", graph_checks.GRAPH_OPERATORS | OF_LOOPS)
    path = tmp_path / "slow.bundle"
    make_tiny_bundle(path)
    rezipped(path, lambda own: own.update({"model.onnx": graph_with(behind_the_probabilities_of_white)}))
    bundle_id = file_sha256(path)
    path.rename(bundle_path(bundle_id))
    Project.objects.filter(pk=Project.default().pk).update(active_bundle=bundle_id)


@pytest.fixture
def white(monkeypatch):
    """Makes an image white for the model: `white(image)`."""
    real, names = infer.prepared, set()

    def prepared(image, spec):
        made = real(image, spec)
        return dataclasses.replace(made, image=np.ones_like(made.image)) if image.pk in names else made

    monkeypatch.setattr(infer, "prepared", prepared)
    return lambda image: names.add(image.pk)


@pytest.fixture
def upload(tmp_path):
    """Stores a radiograph of its own and gives its image."""

    def make(seed: int) -> Image:
        path = tmp_path / f"{seed}.dcm"
        path.write_bytes(chest_dicom(seed=seed))
        image = ingest_file(path, Sender(Project.default(), None, "directory", path.name)).image
        assert image is not None
        return image

    return make


def job_of(image: Image) -> Job:
    return Job.objects.get(prediction__image=image)


def test_a_run_that_takes_too_long_fails_its_image_with_the_limit_in_words(upload, white, monkeypatch):
    monkeypatch.setattr(stoppable_run, "LEAST_SECONDS", 1.0)
    endless = upload(1)
    white(endless)
    began = time.monotonic()
    assert run_one()
    assert time.monotonic() - began < 8
    job = job_of(endless)
    assert (job.state, job.error_code, job.attempts) == ("failed", "run_too_long", 1)
    said = r"The model run was stopped after (\d+) s; its limit is \1 s \(20 times the model's self-check"
    assert re.match(said, job.error_text)  # 1 s, unless the machine was busy at the self-check
    assert bundle_store.engine_for(Project.default().active_bundle).selfcheck_seconds > 0
    assert upload(2)
    assert run_one()
    assert Job.objects.filter(state="succeeded").count() == 1


def test_of_a_batch_that_takes_too_long_each_image_is_tried_alone(upload, white, monkeypatch):
    monkeypatch.setattr(stoppable_run, "LEAST_SECONDS", 1.0)
    first, endless, last = images = [upload(seed) for seed in (1, 2, 3)]
    white(endless)
    assert run_one()
    assert {(job_of(one).state, job_of(one).error_code, job_of(one).attempts) for one in images} == {
        ("queued", "run_too_long", 1)
    }
    assert not run_one()  # they rest for two seconds
    Job.objects.update(not_before=timezone.now())
    assert [run_one() for _ in images] == [True] * 3
    assert [job_of(one).state for one in (first, endless, last)] == ["succeeded", "failed", "succeeded"]
    assert job_of(endless).error_code == "run_too_long"


def cancel_when_running(image: Image, cancelled_at: list[float]) -> threading.Thread:
    def work():
        try:
            while job_of(image).state != Job.State.RUNNING:
                time.sleep(0.02)
            time.sleep(1.0)  # the engine is loaded, the run is under way
            assert cancel(job_of(image).id)
            cancelled_at.append(time.monotonic())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_running_model_run_is_cancelled_within_a_second(upload, white):
    endless, cancelled_at = upload(1), []
    white(endless)
    thread = cancel_when_running(endless, cancelled_at)
    assert run_one()
    ended_at = time.monotonic()
    thread.join()
    assert job_of(endless).state == "cancelled"
    assert ended_at - cancelled_at[0] < 1.0


def test_who_shares_a_run_with_a_cancelled_job_is_run_again_at_once(upload, white):
    first, endless, last = [upload(seed) for seed in (1, 2, 3)]
    white(endless)
    thread = cancel_when_running(endless, [])
    assert run_one()
    thread.join()
    assert [job_of(one).state for one in (first, endless, last)] == ["succeeded", "cancelled", "succeeded"]
    assert [job_of(one).attempts for one in (first, last)] == [1, 1]
    assert endless.predictions.get().bundle_id == ""


@pytest.mark.parametrize(("images", "state"), [(1, "failed"), (2, "queued")])
def test_a_run_that_cannot_be_stopped_ends_the_worker_and_the_row_says_why(upload, white, monkeypatch, images, state):
    """The flag is held back, as by a node that never ends; the end of the process sets it."""
    monkeypatch.setattr(stoppable_run, "LEAST_SECONDS", 0.5)
    monkeypatch.setattr(stoppable_run, "STUCK_SECONDS", 0.5)
    exits, options = [], []

    class Deaf:
        terminate = False

        def __init__(self):
            options.append(real())

    real = stoppable_run.onnxruntime.RunOptions
    run_session = stoppable_run.run_session
    monkeypatch.setattr(stoppable_run.onnxruntime, "RunOptions", Deaf)
    monkeypatch.setattr(
        stoppable_run, "run_session", lambda session, values, deaf: run_session(session, values, options[-1])
    )

    def end(code):
        exits.append((code, set(Job.objects.values_list("state", "error_code"))))
        options[-1].terminate = True

    monkeypatch.setattr("webapp.predictions.wanted_run.os._exit", end)
    for seed in range(images):
        white(upload(seed))
    assert run_one()
    assert exits == [(OVERRUN_EXIT, {(state, "run_too_long")})]
    text = Job.objects.first().error_text
    assert "ended with its worker after 1 s; its limit is 0 s" in text
