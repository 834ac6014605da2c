"""From DICOM files to a prior: what the archive keeps of them, and what de-identified copies still tell."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.viewer.case_factory import make_user
from webapp.archive.deidentify.release import Releases
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.priors.identity import issuer_of
from webapp.priors.prior_images import prior_images

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]
PATIENT = {"PatientID": "K-31", "PatientBirthDate": "19520304", "PatientSex": "M", "PatientName": "ROE^RICHARD"}


def stored(file: bytes, project: Project) -> Image:
    image = ingest_file([file], Sender(project, None, "upload")).image
    assert image is not None
    return image


def found(image: Image) -> list[tuple[str, str, str]]:
    rows = prior_images(make_user(f"reader {uuid.uuid4().hex}"), image)["priors"]
    return [(one["id"], one["interval"], one["same_by"]) for one in rows]


def file_of(date: str, **more: Any) -> bytes:
    values = {
        **PATIENT,
        "StudyDate": date,
        "StudyTime": "101500",
        "ViewPosition": "PA",
        "BodyPartExamined": "CHEST",
        **more,
    }
    return chest_dicom(**values)  # fmt: skip


def test_the_issuer_of_an_id_is_kept_and_tells_two_people_apart() -> None:
    project = Project.default()
    before = stored(file_of("20251001", IssuerOfPatientID="HOSPITAL A"), project)
    now = stored(file_of("20260201", IssuerOfPatientID="HOSPITAL A"), project)
    elsewhere = stored(file_of("20260101", IssuerOfPatientID="HOSPITAL B"), project)
    assert [issuer_of(image) for image in (before, now, elsewhere)] == ["HOSPITAL A", "HOSPITAL A", "HOSPITAL B"]
    assert found(now) == [(str(before.pk), "4 months before", "birth_date")]


def test_de_identified_copies_keep_the_person_and_the_interval(settings: LazySettings, tmp_path: Path) -> None:
    settings.DEIDENTIFICATION_DIR = tmp_path / "keys"
    project, research = Project.default(), Project.objects.create(name="Research", slug="research")
    originals = [stored(file_of(date), project) for date in ("20251001", "20260201")]
    stranger = stored(file_of("20251101", PatientID="K-32", PatientBirthDate="19900101"), project)
    with Releases(project) as releases:
        copies = [stored(releases.copy(image).content, research) for image in (*originals, stranger)]
    before, now, other = copies
    assert now.patient_birth_date == ""
    assert now.patient_id not in ("K-31", other.patient_id)
    assert [(one, by) for one, _, by in found(now)] == [(str(before.pk), "id_alone")]
    assert now.study_date is not None
    assert before.study_date is not None
    assert (now.study_date - before.study_date).days == 123
    assert found(other) == []
