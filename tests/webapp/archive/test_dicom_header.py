"""GET /api/images/{uid}/dicom-header/: the stored file's elements as text; nothing of them is kept anywhere else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.counted_looks import counted_looks
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(storage: Path) -> Image:
    found = ingest_file(
        [chest_dicom(PatientName="Zebra^Ada", ImageComments="as asked")], Sender(Project.default(), None, "upload")
    )
    assert found.image is not None
    return found.image


def path_of(image: Image) -> str:
    return f"/api/images/{image.pk}/dicom-header/"


def test_it_lists_the_stored_file_and_leaves_one_row_that_names_no_patient(
    image: Image, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    answer = client.get(path_of(image))
    rows = {row["tag"]: row for row in answer.json()["rows"]}
    assert rows["(0010,0010)"] == {
        "depth": 0, "tag": "(0010,0010)", "name": "Patient's Name", "vr": "PN", "value": "Zebra^Ada", "bytes": 10,
        "is_cut": False, "is_private": False,
    }  # fmt: skip
    assert rows["(0020,4000)"]["value"] == "as asked"
    assert rows["(7FE0,0010)"]["value"] == "15,360 bytes"
    assert answer.json()["stopped"] == ""
    assert answer.headers["Cache-Control"] == "no-store"
    event = AccessEvent.objects.get(verb="image.view_dicom_header")
    assert (event.target, event.details) == (f"image:{image.pk}", {"rows": len(answer.json()["rows"])})
    assert counted_looks(image, client.person) == 0, "no pixels: no look"  # type: ignore[attr-defined]


def test_by_its_uid_too(image: Image, signed_in: Callable[..., Client]) -> None:
    assert signed_in().get(f"/api/images/{image.sop_instance_uid}/dicom-header/").status_code == 200


def lost(path: Path) -> None:
    path.unlink()


def changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [lost, changed])
def test_a_stored_file_that_is_lost_or_changed_is_told_in_a_sentence(
    harm: Callable[[Path], None], image: Image, signed_in: Callable[..., Client]
) -> None:
    harm(stored_path(image))
    answer = signed_in().get(path_of(image))
    assert (answer.status_code, answer.json()["code"]) == (409, "integrity_mismatch")
    assert answer.json()["text"].startswith("The stored file is not the one that was received and is not shown.")
    assert not AccessEvent.objects.filter(verb="image.view_dicom_header").exists()


def test_the_schema_names_the_document(signed_in: Callable[..., Client]) -> None:
    schema: Any = signed_in().get("/api/schema/?format=json").json()
    answers = schema["paths"]["/api/images/{key}/dicom-header/"]["get"]["responses"]
    assert {"200", "403", "409"} <= set(answers)
    assert set(schema["components"]["schemas"]["DicomHeaderDocument"]["properties"]) == {"rows", "stopped"}
