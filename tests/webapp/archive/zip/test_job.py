"""A zip from upload to results: the worker takes its members, and each makes a prediction."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive.models import Image
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
