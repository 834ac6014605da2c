"""A real file through the real model run: the result names what it was made from, and waits without a model."""

import hashlib
import weakref
from unittest.mock import Mock

import numpy as np
import pytest
from django.db import OperationalError

from inference.bundle import Bundle
from inference.dicom import ChildPool
from inference.dicom.prepare import prepare_dicom
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.frame import frames
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.infer import highest_finding
from webapp.predictions.map_files import map_path
from webapp.work import worker
from webapp.work.jobs.finish import finish, release_waiting
from webapp.work.jobs.lease import LeaseLost
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings, tmp_path, monkeypatch):
    for name in ("BUNDLE", "MAP", "STORE", "QUARANTINE", "INCOMING", "FRAME_CACHE"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, f"{name}_DIR", folder)
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())  # no engine of an earlier test


@pytest.fixture
def bundle_id(tmp_path) -> str:
    """Id of a tiny bundle in the store and in service."""
    path = tmp_path / "tiny.bundle"
    bundle_id = make_tiny_bundle(path)
    path.rename(bundle_path(bundle_id))
    Project.objects.filter(pk=Project.default().pk).update(active_bundle=bundle_id)
    return bundle_id


def uploaded(tmp_path) -> Image:
    path = tmp_path / "chest.dcm"
    path.write_bytes(chest_dicom())
    image = ingest_file(path, Sender(Project.default(), None, "directory", path.name)).image
    assert image is not None
    return image


def test_the_result_names_bundle_provider_image_and_input(bundle_id, tmp_path):
    image = uploaded(tmp_path)
    assert run_one()
    prediction = image.predictions.get()
    assert prediction.state == Job.State.SUCCEEDED
    assert (prediction.bundle_id, prediction.image_sha256) == (bundle_id, image.stored_sha256)
    assert prediction.bundle_name
    assert prediction.bundle_version
    assert prediction.provider.endswith("ExecutionProvider")
    assert len(prediction.input_sha256) == 64
    assert len(prediction.embedding.values) == 4 * prediction.embedding.width > 0
    assert prediction.finished_at is not None


def test_the_maps_have_the_shapes_that_the_document_says(bundle_id, tmp_path):
    image = uploaded(tmp_path)
    run_one()
    prediction = image.predictions.get()
    kinds = {described["kind"] for described in prediction.document["maps"]}
    assert kinds == {"gradcam", "classmaps"}
    for described in prediction.document["maps"]:
        shape = (len(described["findings"]), described["height"], described["width"])
        path = map_path(prediction.maps_key, described["kind"])
        values = np.fromfile(path, dtype="<f4")
        assert values.size == np.prod(shape)
        assert prediction.maps_sha256[described["kind"]] == hashlib.sha256(path.read_bytes()).hexdigest()
        if described["kind"] == "gradcam":
            assert values.min() >= 0


def test_the_input_is_made_when_the_image_comes_in_and_the_worker_decodes_nothing(bundle_id, tmp_path, monkeypatch):
    image = uploaded(tmp_path)
    for name in ("decode", "prepare", "decode_and_prepare"):
        monkeypatch.setattr(ChildPool, name, None)
    assert run_one()
    prediction = image.predictions.get()
    assert prediction.state == Job.State.SUCCEEDED
    monkeypatch.undo()
    spec = Bundle.load(bundle_path(bundle_id)).input_spec
    wanted = prepare_dicom(frames.header_of(image), frames.decoded(image), spec)
    assert prediction.input_sha256 == wanted.sha256


def test_a_bundle_that_cannot_be_read_prepares_nothing_and_refuses_no_upload(bundle_id, tmp_path):
    bundle_path(bundle_id).write_bytes(b"damaged")
    bundle_store._glance.cache_clear()
    assert bundle_store.input_specs_in_service(Project.default()) == []
    assert uploaded(tmp_path).pk


def test_it_waits_with_a_reason_until_a_model_is_in_service(tmp_path, request):
    image = uploaded(tmp_path)
    assert run_one()
    job = image.predictions.get().job
    assert (job.state, job.waiting_for, job.attempts) == ("queued", "waiting: no model is in service", 0)
    assert not run_one()
    request.getfixturevalue("bundle_id")
    release_waiting("infer")
    assert run_one()
    assert image.predictions.get().state == "succeeded"


def test_each_image_of_a_batch_is_answered_by_the_model_of_its_own_project(bundle_id, tmp_path, monkeypatch, settings):
    settings.WORKER_BATCH = 5
    path = tmp_path / "second.bundle"
    second = make_tiny_bundle(path, version="2.0.0")
    path.rename(bundle_path(second))
    ward = Project.objects.create(name="Ward", slug="ward", active_bundle=second)
    silent = Project.objects.create(name="Silent", slug="silent")
    loaded, load, kept, held = [], bundle_store._load, [], []

    def load_and_count(key):
        held.append(sum(engine() is not None for engine in kept))
        loaded.append(key)
        engine = load(key)
        kept.append(weakref.ref(engine))
        return engine

    monkeypatch.setattr(bundle_store, "_load", load_and_count)
    wanted, path = {}, tmp_path / "chest.dcm"
    for seed, project in enumerate([Project.default(), ward, Project.default(), ward, silent]):
        path.write_bytes(chest_dicom(seed=seed))
        image = ingest_file(path, Sender(project, None, "directory", path.name)).image
        wanted[image.pk] = project.active_bundle
    assert run_one()
    told = {image.pk: image.predictions.get() for image in Image.objects.all()}
    assert {key: result.bundle_id for key, result in told.items()} == wanted
    assert {result.bundle_version for result in told.values()} == {"1.0.0", "2.0.0", ""}
    assert told[image.pk].job.waiting_for == "waiting: no model is in service"
    assert sorted(loaded) == sorted([bundle_id, second])  # each once, though they alternate
    assert held == [0, 0]  # models in memory when one is loaded


def test_a_fault_of_one_model_keeps_it_no_longer_than_its_own_group(bundle_id, tmp_path, monkeypatch):
    """The traceback that the log wants would hold on to the engine while the next is loaded."""
    from webapp.work.batch import Held, work_off
    from webapp.work.jobs.kinds import Kind, Together

    class Model:
        pass

    kept, held = [], []

    def opened(claims):
        for claim in claims:
            held.append(sum(model() is not None for model in kept))
            model = Model()
            kept.append(weakref.ref(model))
            group = [(claim, model)]
            del model
            yield [group.pop()]

    def run(items):
        model = items[0]
        raise MemoryError(type(model).__name__)

    jobs = [Mock() for _ in range(3)]
    batch = [Held(Mock(job=job), Mock()) for job in jobs]
    work_off(Kind("test", Together(lambda model, lease: model, run, opened)), batch)
    assert held == [0, 0, 0]
    assert [str(one.outcome) for one in batch] == ["Model"] * 3


def test_it_waits_when_the_file_of_the_model_is_damaged(bundle_id, tmp_path):
    bundle_path(bundle_id).write_bytes(b"damaged")
    image = uploaded(tmp_path)
    run_one()
    waiting_for = image.predictions.get().job.waiting_for
    assert waiting_for.startswith(f"waiting: model {bundle_id[:12]} cannot be loaded: hash")


def test_it_fails_with_integrity_mismatch_when_the_stored_file_changed(bundle_id, tmp_path):
    image = uploaded(tmp_path)
    path = stored_path(image)
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    run_one()
    job = image.predictions.get().job
    assert (job.state, job.error_code, job.attempts) == ("failed", "integrity_mismatch", 1)
    assert job.error_text == (
        "The stored file no longer has the content that was received. It was not used; tell an administrator."
    )
    assert list(tmp_path.glob("map/*/*")) == []


def test_a_lost_answer_of_a_commit_keeps_the_maps_of_the_committed_result(bundle_id, tmp_path, monkeypatch):
    image = uploaded(tmp_path)

    def committed_but_unheard(*arguments):
        finish(*arguments)
        raise OperationalError("the connection broke")

    monkeypatch.setattr(worker, "finish", committed_but_unheard)
    run_one()
    prediction = image.predictions.get()
    assert prediction.state == "succeeded"
    assert map_path(prediction.maps_key, "gradcam").is_file()


def test_a_run_that_lost_its_lease_leaves_no_maps(bundle_id, tmp_path, monkeypatch):
    image = uploaded(tmp_path)

    def taken_over(claim, write):
        raise LeaseLost(str(claim.job.id))

    monkeypatch.setattr(worker, "finish", taken_over)
    run_one()
    assert image.predictions.get().maps_key == ""
    assert list(tmp_path.glob("map/*/*")) == []


def test_the_highest_finding_is_positive_before_it_is_probable():
    findings = [
        {"key": "effusion", "probability": 0.6, "decision": "uncertain"},
        {"key": "opacity", "probability": 0.4, "decision": "positive"},
    ]
    highest = highest_finding({"gate": {"verdict": "pass"}, "findings": findings})
    assert (highest.finding, highest.probability) == ("opacity", 0.4)


def test_a_refused_case_has_no_number():
    findings = [{"key": "opacity", "probability": None, "decision": "refused"}]
    highest = highest_finding({"gate": {"verdict": "refused"}, "findings": findings})
    assert (highest.finding, highest.probability, highest.decision) == ("", None, "refused")
