"""What /api/schema/ promises of a result is what a real run of a model answers, field by field."""

import pytest

from inference.documents import HeaderDocument
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.openapi_check import differences
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Project
from webapp.json_bodies import body_components, ref
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.openapi import PREDICTIONS
from webapp.work.worker import run_one


@pytest.mark.django_db
def test_the_schema_of_a_result_is_what_a_run_answers(storage, signed_in, settings, tmp_path, monkeypatch):
    settings.BUNDLE_DIR, settings.MAP_DIR = tmp_path, tmp_path / "maps"
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    bundle_id = make_tiny_bundle(tmp_path / "tiny.bundle")
    (tmp_path / "tiny.bundle").rename(bundle_path(bundle_id))
    Project.objects.filter(pk=Project.default().pk).update(active_bundle=bundle_id)
    image = ingest_file([chest_dicom()], Sender(Project.default(), None, "upload")).image
    client = signed_in()
    url = f"/api/images/{image.pk}/predictions/"
    queued = client.get(url).json()
    run_one()

    answer = client.get(url).json()

    assert answer["results"][0]["state"] == "succeeded"
    assert answer["results"][0]["maps"]
    assert differences(queued, PREDICTIONS) == differences(answer, PREDICTIONS) == []


def test_the_comparison_notices():
    schema = body_components()["PredictionDocument"]["properties"]["error"]
    assert differences({"code": 3}, schema) == [".text is on one side only", ".code is 3, not a string"]
    assert differences(None, schema) == []
    assert differences(None, body_components()["JobError"]["properties"]["code"]) == [" is null"]
    assert differences("later", {"type": "string", "enum": ["now"]}) == [" is 'later', not one of ['now']"]


@pytest.mark.django_db
@pytest.mark.parametrize("voi", ["linear", "preview", "0"])
def test_the_schema_of_a_frame_is_what_its_header_answers(storage, signed_in, voi):
    image = ingest_file(
        [chest_dicom(WindowCenter=2000, WindowWidth=1000)], Sender(Project.default(), None, "upload")
    ).image

    answer = signed_in().get(f"/api/images/{image.pk}/header/?voi={voi}").json()

    assert answer["voi"]
    assert differences(answer, ref(HeaderDocument)) == []
