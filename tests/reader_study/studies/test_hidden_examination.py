"""A reader sends a hidden case in again, changed: it is accepted, its results stay hidden from that person, and the study knows."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless, generate_uid

from inference.look_hash import look_distances
from reader_study.embargo import is_embargoed
from reader_study.hidden_examination import hide_beside_study
from reader_study.models import Deviation, HiddenImage, Membership
from reader_study.services.change_state import close_study, withdraw_study
from reader_study.services.people import add_member
from reader_study.washout import exposures
from tests.reader_study.studies.study_factory import MadeStudy, make_study, opened
from tests.webapp.archive.dicom_files import as_bytes, chest_dataset
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp import audit
from webapp.accounts.models import User
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.tidy import tidy_archive
from webapp.audit.models import AccessEvent
from webapp.training_set.select_cases import images_under_way, is_under_way

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: LazySettings) -> None:
    for name in ("STORE_DIR", "QUARANTINE_DIR", "INCOMING_DIR", "FRAME_CACHE_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.FILE_UPLOAD_TEMP_DIR = settings.INCOMING_DIR


def case_file() -> Dataset:
    return chest_dataset(PatientID="CASE", StudyDate="20260102")


def stored(dataset: Dataset, user: Any = None, project: Project | None = None) -> Image:
    image = ingest_file([as_bytes(dataset)], Sender(project or Project.default(), user, "upload")).image
    assert image is not None
    return image


def renamed(dataset: Dataset, **more: Any) -> Dataset:
    """Another person, another day, all UIDs new."""
    fresh = {name: generate_uid() for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")}
    for name, value in {**fresh, "PatientID": "X", "PatientName": "X", "StudyDate": "20200101", **more}.items():
        setattr(dataset, name, value)
    return dataset


def in_rle(dataset: Dataset) -> Dataset:
    renamed(dataset).compress(RLELossless, generate_instance_uid=False)
    return dataset


def processed(dataset: Dataset) -> Dataset:
    """Another curve of gray, black and white exchanged: as an object for processing beside one for presentation."""
    values = np.sqrt((4095 - dataset.pixel_array) / 4095) * 4095
    return renamed(dataset, PixelData=values.astype(np.uint16).tobytes(), PhotometricInterpretation="MONOCHROME1")


def other_picture(dataset: Dataset, **more: Any) -> Dataset:
    values = np.tile(np.arange(80, dtype=np.uint16) * 40, (96, 1)) + np.arange(96, dtype=np.uint16)[:, None] ** 2 // 16
    return renamed(dataset, PixelData=values.astype(np.uint16).tobytes(), **more)


WAYS: dict[str, tuple[Callable[[Dataset, Image], Dataset], str]] = {
    "renamed": (lambda file, case: renamed(file), "pixels"),
    "another transfer syntax": (lambda file, case: in_rle(file), "pixels"),
    "another rendering": (lambda file, case: processed(file), "look"),
    "another view of the study": (
        lambda file, case: other_picture(file, StudyInstanceUID=case.study_instance_uid, ViewPosition="LL"), "study",
    ),
    "another image of the series": (
        lambda file, case: other_picture(file, SeriesInstanceUID=case.series_instance_uid), "series",
    ),
    "the patient on that day": (
        lambda file, case: other_picture(file, PatientID=case.patient_id, StudyDate="20260102"), "day",
    ),
}  # fmt: skip


def study_of(case: Image) -> MadeStudy:
    return opened(make_study(images=[case], readers=2))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_after", [True, False], ids=["sent after the opening", "there before"])
def test_the_examination_is_hidden_whatever_the_file(way: str, is_after: bool) -> None:
    change, why = WAYS[way]
    file = case_file()
    case = stored(file)
    elsewhere = Project.objects.create(name="Elsewhere", slug="elsewhere")
    if is_after:
        made = study_of(case)
        copy = stored(change(file, case), made.readers[0], elsewhere)
    else:
        copy = stored(change(file, case), make_user("sender"), elsewhere)
        made = study_of(case)
    reader, other = made.readers
    assert [row.why for row in HiddenImage.objects.filter(image=copy)] == [why]
    assert is_embargoed(reader, copy)
    assert is_embargoed(other, copy)
    assert is_embargoed(make_user("elsewhere"), copy) is None
    assert is_under_way(copy)
    assert copy.pk in set(images_under_way())
    noted = Deviation.objects.filter(study=made.study, code="hidden_image", by=reader)
    assert noted.count() == (1 if is_after else 0)
    made.study = close_study(made.manager, made.study)
    withdraw_study(made.manager, made.study, "no more readers")
    assert is_embargoed(reader, copy) is None
    assert not is_under_way(copy)


def test_another_patient_another_day_is_not_hidden() -> None:
    case = stored(case_file())
    made = study_of(case)
    other = stored(other_picture(case_file()), made.readers[0])
    assert is_embargoed(made.readers[0], other) is None
    assert not Deviation.objects.filter(study=made.study, code="hidden_image").exists()


def looks_alike(client: Client) -> tuple[MadeStudy, Image, HiddenImage]:
    """A study, an image that looks like its case, and the manager signed in."""
    made = study_of(stored(case_file()))
    copy = stored(processed(case_file()), made.readers[0])
    client.force_login(made.manager)
    return made, copy, HiddenImage.objects.get(image=copy)


def test_a_look_alike_is_released_once_by_a_manager_who_saw_both(client: Client) -> None:
    made, copy, row = looks_alike(client)
    page = f"/studies/{made.study.pk}/look-alikes/"
    shown = client.get(page).content.decode()
    distance = look_distances(row.case.image.look_hash, [copy.look_hash])[0]
    assert f"Bits that differ: {distance}<" in shown
    for which in ("case", "image"):
        picture = f"{page}{row.pk}/{which}/picture/"
        assert picture in shown
        assert client.get(picture).content.startswith(b"\x89PNG")
    release = f"{page}{row.pk}/release/"
    client.post(release, {"reason": ""})
    assert is_embargoed(made.readers[0], copy) is not None
    client.post(release, {"reason": "another patient, older by decades"})
    assert is_embargoed(made.readers[0], copy) is None
    assert "another patient, older by decades" in client.get(page).content.decode()
    told = client.post(release, {"reason": "once more"}, follow=True).content.decode()
    assert "already" in told
    row.refresh_from_db()
    assert (row.released_by, row.release_reason) == (made.manager, "another patient, older by decades")
    event = AccessEvent.objects.get(verb="study.release_look_alike")
    assert (event.actor, event.target) == (made.manager, f"study:{made.study.pk}")
    hide_beside_study(made.study)
    assert is_embargoed(made.readers[0], copy) is None, "a later comparison takes no release back"


def test_neither_auditor_nor_reader_releases_and_a_copy_is_not_released(client: Client) -> None:
    made, copy, row = looks_alike(client)
    add_member(made.manager, made.study, make_user("looker").username, "auditor")
    same = stored(renamed(case_file()))
    page = f"/studies/{made.study.pk}/look-alikes/"
    assert (
        client.post(f"{page}{HiddenImage.objects.get(image=same).pk}/release/", {"reason": "why not"}).status_code
        == 404
    )
    for user, status in (
        (User.objects.get(username="looker"), 302),
        (made.readers[0], 403),
        (make_user("outside"), 404),
    ):
        client.force_login(user)
        assert client.post(f"{page}{row.pk}/release/", {"reason": "why not"}).status_code == status
    assert not HiddenImage.objects.exclude(released_at=None).exists()
    assert is_embargoed(made.readers[0], copy) is not None


def test_a_manager_who_reads_elsewhere_meets_no_case_of_there_among_look_alikes(client: Client) -> None:
    made, copy, row = looks_alike(client)
    elsewhere = study_of(copy)
    page = f"/studies/{made.study.pk}/look-alikes/"
    assert str(row.pk) in client.get(page).content.decode()
    Membership.objects.create(study=elsewhere.study, user=made.manager, role="reader")
    assert str(row.pk) not in client.get(page).content.decode()
    assert client.get(f"{page}{row.pk}/image/picture/").status_code == 404


def test_a_look_at_a_copy_counts_for_washout() -> None:
    case = stored(case_file())
    made = study_of(case)
    reader = made.readers[0]
    copy = stored(renamed(case_file()), make_user("sender"))
    audit.record(reader, "open", f"image:{copy.pk}")
    row = made.study.cases.get()
    assert [arm for arm, _, _ in exposures([row], reader)[row.patient_key]] == [None]


def test_the_sender_is_answered_as_by_any_file_and_gets_no_result(client: Client) -> None:
    case = stored(case_file())
    made = study_of(case)
    client.force_login(made.readers[0])
    answers = []
    for dataset in (renamed(case_file()), other_picture(case_file())):
        file = SimpleUploadedFile("a.dcm", as_bytes(dataset))
        answer = client.post("/api/uploads/", {"files": [file]})
        item = client.get(f"/api/uploads/{answer.json()['id']}/").json()["items"][0]
        answers.append((answer.status_code, item["status"], item["reason"], item["http"]))
        image = Image.objects.get(pk=item["image"])
        status = [
            client.get(f"/api/images/{image.pk}/{page}/").status_code
            for page in ("predictions", "dicom-header", "file")
        ]
        assert status == ([404, 404, 404] if image.pixel_sha256 == case.pixel_sha256 else [200, 200, 200])
    assert answers[0] == answers[1]


def test_a_reader_gets_no_file_of_a_case_and_the_study_knows_of_the_question(client: Client) -> None:
    case = stored(case_file())
    made = study_of(case)
    client.force_login(made.readers[0])
    assert client.get(f"/api/images/{case.pk}/file/").status_code == 404
    assert Deviation.objects.get(study=made.study, code="hidden_image").by == made.readers[0]
    client.force_login(made.manager)
    answer = client.get(f"/api/images/{case.pk}/file/")
    assert pydicom.dcmread(io.BytesIO(answer.content)).PatientID == "CASE"
    assert Deviation.objects.filter(study=made.study, code="hidden_image").count() == 1


def test_a_hidden_image_tells_its_reader_neither_name_nor_order_nor_hash(client: Client) -> None:
    case = stored(case_file())
    made = study_of(case)
    close_study(made.manager, made.study)  # before that the image is not there at all
    Image.objects.filter(pk=case.pk).update(original_name="cancer.dcm")
    case.refresh_from_db()
    told = ("original_name", "accession_number", "received_sha256", "stored_sha256", "bytes")
    for user, is_hidden in ((made.readers[0], True), (made.manager, False)):
        client.force_login(user)
        document = client.get(f"/api/images/{case.pk}/").json()
        expected = ["", "", "", "", 0] if is_hidden else [getattr(case, name) for name in told]
        assert [document[name] for name in told] == expected
        assert client.get(f"/api/images/{case.pk}/file/").status_code == (403 if is_hidden else 200)


@pytest.mark.parametrize("is_case_older", [True, False])
def test_an_image_of_an_older_version_is_hashed_by_the_daily_tidying(is_case_older: bool) -> None:
    case, copy = stored(case_file()), stored(renamed(case_file()))
    older = case if is_case_older else copy
    expected = (older.pixel_sha256, older.look_hash)
    Image.objects.filter(pk=older.pk).update(pixel_sha256="", look_hash="")
    made = study_of(case)
    assert is_embargoed(made.readers[0], copy) is None
    assert tidy_archive()["hashed"] == 1
    older.refresh_from_db()
    assert (older.pixel_sha256, older.look_hash) == expected
    assert is_embargoed(made.readers[0], copy) is not None
    assert tidy_archive()["hashed"] == 0


def test_opening_compares_with_what_is_there_by_columns_alone() -> None:
    case, later = make_image(patient_id="P1"), make_image(patient_id="P1", series_instance_uid="1.9")
    empty = make_image(patient_id="", study_date=None)
    study_of(case)
    assert [(row.image_id, row.why) for row in HiddenImage.objects.all()] == [(later.pk, "day")]
    assert empty.pixel_sha256 == ""
