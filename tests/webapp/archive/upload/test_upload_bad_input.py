"""Bad input through the API: a clear reason per file, nothing accepted is lost, nothing half-written is left."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.archive.dicom_files import (
    as_bytes,
    chest_dataset,
    chest_dicom,
    colour_dicom,
    ct_dicom,
    multiframe_dicom,
    zip_of,
)
from webapp.archive.models import Image, QuarantinedFile
from webapp.archive.storage import stored_path

HTML = b"<!doctype html><html><script>alert(1)</script></html>" + b" " * 200
WINDOW = ("WindowCenter", "WindowWidth")

REFUSED = {
    "text": (lambda: b"just some text", "not_dicom", 415),
    "html renamed .dcm": (lambda: HTML, "not_dicom", 415),
    "empty file": (lambda: b"", "not_dicom", 415),
    "truncated": (lambda: chest_dicom()[: 96 * 80], "bad_encoding", 422),
    "ct": (ct_dicom, "unsupported_sop_class", 422),
    "ct called dx": (lambda: chest_dicom(Modality="CT"), "unsupported_modality", 422),
    "colour": (colour_dicom, "unsupported_photometric", 422),
    "multi-frame": (multiframe_dicom, "multiframe", 422),
    "pixels too short": (lambda: chest_dicom(PixelData=bytes(96 * 80)), "size_mismatch", 422),
    "no pixels": (lambda: chest_dicom(drop=("PixelData",)), "not_image", 422),
    "path in the uid": (lambda: chest_dicom(SOPInstanceUID="1.2/../3"), "bad_uid", 422),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_with_its_reason_and_kept(case: str, send: Callable[..., Any], storage: Path) -> None:
    make, code, http = REFUSED[case]
    content = make()

    answer = send({"picture.dcm": content})

    item = answer.json()["items"][0]
    assert (answer.status_code, item["status"], item["reason"]["code"], item["http"]) == (
        202,
        "quarantined",
        code,
        http,
    )
    assert item["reason"]["text"]
    assert item["reason"]["action"]
    assert item["image"] is None
    kept = QuarantinedFile.objects.get()
    assert (kept.code, kept.bytes) == (code, len(content))
    assert (storage / "quarantine_dir" / kept.id.hex).read_bytes() == content
    assert not Image.objects.exists()
    assert list((storage / "incoming_dir").iterdir()) == []


ACCEPTED = {
    "no window": (lambda: chest_dicom(drop=WINDOW), "no_window"),
    "no spacing": (lambda: chest_dicom(drop=("ImagerPixelSpacing",)), "no_spacing"),
    "window of width 0": (lambda: chest_dicom(WindowWidth=0), "bad_window"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_missing_window_or_spacing_is_accepted_with_a_warning(case: str, send: Callable[..., Any]) -> None:
    make, warning = ACCEPTED[case]

    item = send({"picture.dcm": make()}).json()["items"][0]

    assert (item["status"], item["reason"], item["http"]) == ("accepted", None, 200)
    assert warning in Image.objects.get(pk=item["image"]).warnings


def test_the_same_file_twice_is_a_duplicate_and_changes_nothing(send: Callable[..., Any]) -> None:
    content = chest_dicom()
    first = send({"a.dcm": content}).json()["items"][0]

    second = send({"b.dcm": content}).json()["items"][0]

    assert (second["status"], second["http"], second["image"]) == ("duplicate", 200, first["image"])
    assert Image.objects.count() == 1


def test_the_same_uid_with_other_content_is_a_conflict_and_the_first_stays(send: Callable[..., Any]) -> None:
    dataset = chest_dataset()
    first = send({"a.dcm": as_bytes(dataset)}).json()["items"][0]
    dataset.PatientID = "somebody else"

    second = send({"b.dcm": as_bytes(dataset)}).json()["items"][0]

    assert (second["status"], second["http"], second["reason"]["code"]) == ("quarantined", 409, "uid_conflict")
    assert Image.objects.get().pk.hex == first["image"].replace("-", "")
    assert Image.objects.get().patient_id == "T-1"
    assert QuarantinedFile.objects.get().code == "uid_conflict"


def test_a_script_in_the_name_stays_text(send: Callable[..., Any]) -> None:
    name = "<img src=x onerror=alert(1)>^=cmd|x"
    item = send({"a.dcm": chest_dicom(PatientName=name)}).json()["items"][0]

    answer = send.client.get(f"/api/images/{item['image']}/")

    assert answer["Content-Type"] == "application/json"
    assert answer.json()["patient"]["name"] == name


@pytest.mark.parametrize("start", [b"MZ", b"\x7fELF", b"#!/bin/sh\n", b"%PDF-1.4", b"<html>", b"PK\x03\x04"])
def test_an_executable_preamble_is_cleared_in_what_is_stored_and_served(start: bytes, send: Callable[..., Any]) -> None:
    content = chest_dicom(preamble=start.ljust(128, b"x"))

    item = send({"a.dcm": content}).json()["items"][0]

    image = Image.objects.get(pk=item["image"])
    served = send.client.get(f"/api/images/{image.pk}/file/").content
    assert (item["status"], item["reason"]["code"], image.repairs) == ("repaired", "repaired", ["preamble"])
    assert served == bytes(128) + content[128:]
    assert stored_path(image).read_bytes() == served
    assert image.received_sha256 != image.stored_sha256


def test_one_bad_file_does_not_stop_the_others(send: Callable[..., Any]) -> None:
    files = {"a.dcm": chest_dicom(), "b.dcm": HTML, "c.dcm": chest_dicom()}

    document = send(files).json()

    assert [item["status"] for item in document["items"]] == ["accepted", "quarantined", "accepted"]
    assert document["state"] == "done"
    assert document["counts"] | {"total": 3, "accepted": 2, "quarantined": 1} == document["counts"]


def test_a_file_beyond_the_limit_is_refused_while_it_is_read(send: Callable[..., Any], settings: Any) -> None:
    settings.MAX_FILE_BYTES = 1 << 20

    item = send({"a.dcm": bytes((1 << 20) + 1)}).json()["items"][0]

    assert (item["reason"]["code"], item["http"]) == ("too_large", 413)
    assert item["reason"]["text"] == "The file is larger than 1 MiB."


def test_a_used_up_quota_refuses(send: Callable[..., Any], settings: Any) -> None:
    settings.USER_QUOTA_BYTES = 10_000

    item = send({"a.dcm": chest_dicom()}).json()["items"][0]

    assert (item["reason"]["code"], item["http"]) == ("quota_exceeded", 413)
    assert not QuarantinedFile.objects.exists()


def test_a_zip_that_is_no_zip_is_refused_and_kept(send: Callable[..., Any]) -> None:
    content = zip_of({"a": b"x"})[:40]

    item = send({"a.zip": content}).json()["items"][0]

    assert (item["status"], item["reason"]["code"], item["http"]) == ("quarantined", "zip_damaged", 422)
    assert QuarantinedFile.objects.get().bytes == 40
