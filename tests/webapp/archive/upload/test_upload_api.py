"""The request as a whole: its own faults, appending, who may see the report, disk full, two at once."""

import errno
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError, connection
from django.test import Client

from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive import ingest
from webapp.archive import storage as stored_files
from webapp.archive.ingest import Sender, image_stored_hooks, ingest_file
from webapp.archive.models import Image, Project, QuarantinedFile, Upload, UploadItem
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent


def files_left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_accepted_file_is_stored_under_a_random_key(send: Callable[..., Any]) -> None:
    content = chest_dicom()

    answer = send({"../../Smith John.dcm": content})

    image = Image.objects.get()
    assert answer.status_code == 202
    assert answer.json()["items"] == [
        {
            "position": 0,
            "name": "Smith John.dcm",
            "archive": None,
            "status": "accepted",
            "reason": None,
            "http": 200,
            "image": str(image.pk),
        }
    ]
    path = stored_path(image)
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.name == f"{image.storage_key.hex}.dcm"
    assert image.uploaded_by == send.client.person
    assert AccessEvent.objects.filter(verb="image.stored", actor=send.client.person).count() == 1


def test_a_request_without_files_is_400(send: Callable[..., Any]) -> None:
    answer = send.client.post("/api/uploads/", {"other": "field"})

    assert (answer.status_code, answer.json()["code"]) == (400, "no_files")


def test_signed_out_people_are_401(send: Callable[..., Any]) -> None:
    assert send({"a.dcm": chest_dicom()}, client=Client()).status_code == 401
    assert not Upload.objects.exists()


def test_a_session_needs_its_csrf_token(send: Callable[..., Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(send.client.person)

    assert send({"a.dcm": chest_dicom()}, client=client).status_code == 403


def test_a_request_that_is_too_large_is_413_before_its_body_is_read(send: Callable[..., Any], settings: Any) -> None:
    settings.MAX_REQUEST_BYTES = 1000

    answer = send({"a.dcm": chest_dicom()})

    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_too_many_files_are_413(send: Callable[..., Any], settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2

    answer = send({f"{n}.dcm": b"x" for n in range(3)})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_files")


def test_files_pass_by_the_disk_and_not_through_memory(settings: Any) -> None:
    assert [
        f"{TemporaryFileUploadHandler.__module__}.{TemporaryFileUploadHandler.__name__}"
    ] == settings.FILE_UPLOAD_HANDLERS


def test_a_later_request_appends_to_the_same_report(send: Callable[..., Any]) -> None:
    first = send({"a.dcm": chest_dicom()}).json()

    second = send({"b.dcm": b"x"}, upload=first["id"]).json()

    assert second["id"] == first["id"]
    assert [item["name"] for item in second["items"]] == ["a.dcm", "b.dcm"]
    assert (first["added"], second["added"]) == ([0], [1])


def test_added_names_the_items_of_this_request_only(send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = send({"a.dcm": b"x"}).json()

    def meanwhile(upload: Upload) -> None:  # another request of the same person, between our files and our answer
        UploadItem.objects.create(upload=upload, position=99, name="other.dcm", status="accepted")

    monkeypatch.setattr("webapp.archive.upload.receive.settle_state", meanwhile)
    second = send({"b.dcm": b"x", "c.zip": zip_of({"d": b"x", "e": b"x"})}, upload=first["id"]).json()

    named = {item["position"]: item["name"] for item in second["items"]}
    assert [named[position] for position in second["added"]] == ["b.dcm", "d", "e"]


@pytest.mark.parametrize("wanted", [str(uuid.UUID(int=5)), "nonsense"])
def test_appending_to_an_unknown_upload_is_404(wanted: str, send: Callable[..., Any]) -> None:
    assert send({"a.dcm": b"x"}, upload=wanted).status_code == 404


def test_nobody_appends_to_another_persons_upload(send: Callable[..., Any], signed_in: Any) -> None:
    first = send({"a.dcm": b"x"}).json()

    assert send({"b.dcm": b"x"}, client=signed_in("manager"), upload=first["id"]).status_code == 404


def test_the_report_is_for_its_uploader_and_managers(send: Callable[..., Any], signed_in: Any) -> None:
    path = f"/api/uploads/{send({'a.dcm': b'x'}).json()['id']}/"

    answers = {
        "owner": send.client.get(path).status_code,
        "manager": signed_in("manager").get(path).status_code,
        "admin": signed_in("admin").get(path).status_code,
        "stranger": signed_in("radiologist", "stranger").get(path).status_code,
        "signed out": Client().get(path).status_code,
        "unknown": send.client.get(f"/api/uploads/{uuid.UUID(int=5)}/").status_code,
    }

    assert answers == {
        "owner": 200, "manager": 200, "admin": 200, "stranger": 403, "signed out": 401, "unknown": 404
    }  # fmt: skip


@pytest.mark.parametrize("step", ["receive", "rename", "row"])
def test_a_full_disk_leaves_nothing_half_written(
    step: str, send: Callable[..., Any], storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "receive":
        monkeypatch.setattr(stored_files, "open_private", no_space)
    elif step == "rename":
        monkeypatch.setattr(stored_files, "sync", no_space)
    else:
        monkeypatch.setattr(ingest, "run_image_stored", no_space)

    item = send({"a.dcm": chest_dicom()}).json()["items"][0]

    assert (item["status"], item["reason"]["code"], item["http"]) == ("quarantined", "storage_full", 507)
    assert not Image.objects.exists()
    assert not QuarantinedFile.objects.exists()
    assert files_left(storage) == []


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("database or disk is full")]
)
def test_a_disk_full_before_the_files_are_there_is_507(
    error: Exception, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: Any, **kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr("webapp.archive.upload.api.receive_files", no_space)

    answer = send({"a.dcm": chest_dicom()})

    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_a_zip_on_a_full_disk_says_so(send: Callable[..., Any], storage: Path, monkeypatch: Any) -> None:
    def no_space(*args: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stored_files, "sync", no_space)

    item = send({"a.zip": zip_of({"a.dcm": chest_dicom()})}).json()["items"][0]

    assert (item["name"], item["reason"]["code"]) == ("a.zip", "storage_full")
    assert files_left(storage) == []


def test_a_hook_that_fails_takes_the_image_back(storage: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(image: Image) -> None:
        raise LookupError("no job for you")

    monkeypatch.setattr("webapp.archive.ingest.image_stored_hooks", [*image_stored_hooks, broken])

    with pytest.raises(LookupError):
        ingest_file([chest_dicom()], Sender(Project.default(), None, "upload"))

    assert not Image.objects.exists()
    assert files_left(storage) == []


def test_a_broken_connection_leaves_nothing(storage: Path, db: None) -> None:
    def broken() -> Any:
        yield chest_dicom()[:500]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        ingest_file(broken(), Sender(Project.default(), None, "upload"))

    assert files_left(storage) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_same", [True, False])
def test_two_requests_at_once_store_one_image(is_same: bool, storage: Path) -> None:
    """Both pass the duplicate check before either stores: the unique constraint decides."""
    first = chest_dicom(SOPInstanceUID="1.2.3")
    second = first if is_same else chest_dicom(SOPInstanceUID="1.2.3", PatientID="other")
    project, outcomes, meeting = Project.default(), [], threading.Barrier(2, timeout=60)
    commit = ingest._commit

    def commit_together(*args: Any) -> Any:
        meeting.wait()
        return commit(*args)

    def run(content: bytes) -> None:
        outcomes.append(ingest_file([content], Sender(project, None, "upload")))
        connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "_commit", commit_together)
        threads = [threading.Thread(target=run, args=(content,)) for content in (first, second)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

    loser = "duplicate" if is_same else "quarantined"
    assert sorted(outcome.status for outcome in outcomes) == sorted(["accepted", loser])
    assert Image.objects.count() == 1
    assert len(files_left(storage / "store_dir")) == 1
    assert len(files_left(storage / "quarantine_dir")) == (0 if is_same else 1)
    assert files_left(storage / "incoming_dir") == []
