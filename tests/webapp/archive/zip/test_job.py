"""A zip from upload to results: one job per zip, whose members each make a prediction; and what a given-up zip leaves."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive.models import Image, Upload, UploadItem
from webapp.archive.zip.job import create_zip_job
from webapp.work.jobs.cancel import cancel
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db


def test_the_worker_takes_the_members_of_a_zip(storage, signed_in):
    client = signed_in("radiologist", "rose")
    content = zip_of({"a.dcm": chest_dicom(), "notes.txt": b"not an image", "b.dcm": chest_dicom()})
    answer = client.post("/api/uploads/", {"files": SimpleUploadedFile("all.zip", content)})
    assert answer.status_code == 202
    assert run_one()
    assert Job.objects.get(kind="ingest_zip").state == "succeeded"
    report = client.get(f"/api/uploads/{answer.json()['id']}/").json()
    assert report["state"] == "done"
    assert Image.objects.count() == 2
    assert Job.objects.filter(kind="infer", state="queued").count() == 2


def test_a_zip_gets_a_job_and_a_second_zip_of_the_upload_another(person):
    upload = Upload.objects.create(user=person())
    for position in range(2):
        UploadItem.objects.create(upload=upload, position=position, name="all.zip", is_container=True)
        create_zip_job(upload)
    assert Job.objects.filter(kind="ingest_zip", payload={"upload": str(upload.id)}).count() == 2


def test_a_cancelled_zip_leaves_no_report_that_waits_for_ever(person):
    upload = Upload.objects.create(user=person())
    UploadItem.objects.create(upload=upload, position=0, name="all.zip", is_container=True)
    create_zip_job(upload)
    assert cancel(Job.objects.get().id)
    upload.refresh_from_db()
    assert upload.state == Upload.State.DONE
    assert not upload.items.filter(status="pending").exists()
