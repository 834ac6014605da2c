"""Whom a bundle has learnt from, itself and by the weights that it began with."""

from typing import Any

import pytest
from django.test import Client

from reader_study.patient_key import patient_key
from tests.webapp.viewer.case_factory import make_user, review_body
from webapp.archive.models import Image
from webapp.deployments.models import DeployedBundle
from webapp.retraining import trained_on
from webapp.retraining.models import RetrainingRun, TrainedOn
from webapp.retraining.run_folder import RunFolder
from webapp.retraining.trained_on import Taught, taught, trained_failures, trained_images, trained_patients
from webapp.reviews.record_review import record_review
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db(transaction=True)


def trained(started: Any, **changes: Any) -> DeployedBundle:
    row = started(**changes)
    assert run_one(kinds=["train"])
    bundle = RetrainingRun.objects.get(pk=row.pk).bundle
    assert bundle is not None
    return bundle


def test_patients_files_and_failures_of_a_training_are_kept(
    stored: Any, started: Any, pretend: Any, signed_in: Any
) -> None:
    reader, agreed, wrong, other = make_user("reader"), stored(), stored(PatientID="WRONG"), stored(PatientID="OTHER")
    record_review(reader, agreed, review_body(verdict="agree", failure=None))
    record_review(reader, wrong, review_body(verdict="false_positive"))
    Image.objects.filter(pk=other.pk).update(pixel_sha256="0" * 64)  # a picture of its own, as another patient's is
    other.refresh_from_db()
    pretend()
    made = trained(started, takes_reviewed=True)
    again = stored(PatientID="WRONG")
    assert trained_patients(made.pk) == {patient_key(agreed), patient_key(wrong)}
    assert trained_failures(made.pk) == {(wrong.pk, "lung_opacity")}
    assert trained_images(made.pk, Image.objects.all()) == {agreed.pk, wrong.pk, again.pk}
    assert other.pk not in trained_images(made.pk, [other])
    kept = TrainedOn.objects.get()
    assert "WRONG" not in str([kept.patients, kept.files, kept.failures])
    client: Client = signed_in("manager")
    said = client.get("/models/retraining/1/").content.decode()
    assert "It has learnt from 2 patients of this server and from 1 failure that readers marked" in said


def test_a_file_of_a_trained_patient_counts_in_another_project_too(stored: Any, started: Any, pretend: Any) -> None:
    reader, image = make_user("reader"), stored()
    record_review(reader, image, review_body(verdict="agree", failure=None))
    pretend()
    made = trained(started, takes_reviewed=True)
    copy = Image(project_id=made.pk[:32], patient_id="ANOTHER", stored_sha256=image.stored_sha256)
    assert trained_images(made.pk, [copy]) == {copy.pk}
    recoded = Image(patient_id="ANOTHER", stored_sha256="f" * 64, pixel_sha256=image.pixel_sha256)
    assert trained_images(made.pk, [recoded]) == {recoded.pk}
    assert trained_images(made.pk, [Image(patient_id="ANOTHER")]) == set()


def test_who_begins_with_weights_has_learnt_what_they_learnt(
    stored: Any, base: Any, started: Any, pretend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, image = make_user("reader"), stored()
    record_review(reader, image, review_body(verdict="false_positive"))
    pretend()
    first = trained(started, takes_reviewed=True)
    weights = RunFolder.of(RetrainingRun.objects.get().retraining).weights
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(b"weights")
    second = started(base=first.pk)
    RetrainingRun.objects.filter(pk=second.pk).update(
        bundle=base, data_card={"starts_with": trained_on.WEIGHTS_OF_BASE}
    )
    assert trained_patients(base.pk) == {patient_key(image)}
    RetrainingRun.objects.filter(pk=second.pk).update(data_card={"starts_with": "new weights"})
    assert trained_patients(base.pk) == frozenset()
    # What a room above made of a bundle inherits, and a circle ends.
    monkeypatch.setattr(trained_on, "teachers", [{"x": Taught(parents=(first.pk, "x"))}.get])
    assert trained_failures("x") == {(image.pk, "lung_opacity")}


def test_what_was_trained_before_this_was_kept_says_so(started: Any, pretend: Any, base: Any) -> None:
    pretend(code="raise SystemExit('ended')")
    row = started()
    run_one(kinds=["train"])
    TrainedOn.objects.all()._raw_delete("default")
    RunFolder.of(row).trained_on.unlink()
    pretend()
    Job.objects.update(state=Job.State.QUEUED, not_before=None)
    run_one(kinds=["train"])
    made = RetrainingRun.objects.get().bundle
    assert made is not None
    assert taught(made.pk).gaps == ("T-1 was trained before this server kept whom a training learns from.",)
    assert taught(base.pk) == Taught()
