"""Quarantine, tidying, the cache's sealed files, and columns made from a header."""

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from inference.exam.age import dicom_date
from tests.inference.dicom.made_files import JPEG_2000, MadeImage
from tests.inference.dicom.made_streams import RAMP, jpeg_2000
from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive.file_names import shown_name, shown_path
from webapp.archive.frame.sealed_file import read_sealed, write_sealed
from webapp.archive.image_columns import column_text, without_nul
from webapp.archive.models import QuarantinedFile, Upload, UploadItem
from webapp.archive.quarantine import quarantine_path
from webapp.archive.tidy import ABANDONED_SECONDS, tidy_archive
from webapp.audit.models import AccessEvent


def test_quarantine_ends_after_its_days(send: Callable[..., Any], settings: Any) -> None:
    send({"a.dcm": b"old", "b.dcm": b"new"})
    old, new = QuarantinedFile.objects.order_by("created_at")
    days = timedelta(days=settings.QUARANTINE_DAYS, minutes=1)
    QuarantinedFile.objects.filter(pk=old.pk).update(created_at=timezone.now() - days)

    assert tidy_archive()["quarantine"] == 1

    assert list(QuarantinedFile.objects.all()) == [new]
    assert AccessEvent.objects.filter(verb="file.quarantine_deleted", target=f"quarantine:{old.pk}").exists()


@pytest.mark.parametrize(("role", "remains"), [("radiologist", 1), ("manager", 1), ("admin", 0)])
def test_only_an_admin_deletes_from_quarantine(
    role: str, remains: int, send: Any, signed_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    send({"a.dcm": b"x"})
    kept = QuarantinedFile.objects.get()
    path, client = quarantine_path(kept), signed_in(role, f"the {role}")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/archive/quarantinedfile/{kept.pk}/delete/", {"post": "yes"})

    assert QuarantinedFile.objects.count() == remains
    assert path.exists() is bool(remains)


def test_only_abandoned_incoming_files_are_removed(send: Callable[..., Any], storage: Path) -> None:
    send({"a.zip": zip_of({"a.dcm": chest_dicom()})})  # waits for its job
    waiting = next((storage / "incoming_dir" / "zips").iterdir())
    abandoned, recent = storage / "incoming_dir" / "one", storage / "incoming_dir" / "two"
    for path in (abandoned, recent):
        path.write_bytes(b"x")
    old = time.time() - ABANDONED_SECONDS - 1
    for path in (abandoned, waiting):
        os.utime(path, (old, old))

    assert tidy_archive()["incoming"] == 1

    assert (waiting.exists(), abandoned.exists(), recent.exists()) == (True, False, True)


def test_the_report_of_a_broken_request_is_closed(db: None, person: Any, storage: Path) -> None:
    upload = Upload.objects.create(user=person(), state="working")
    UploadItem.objects.create(upload=upload, position=0, name="a", status="accepted")

    tidy_archive()

    upload.refresh_from_db()
    assert upload.state == "done"


def test_a_sealed_file_knows_whether_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    write_sealed(path, {"a": 1}, b"payload")
    assert read_sealed(path) == ({"a": 1}, b"payload")
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(path.parent.iterdir())) == 1
    whole = path.read_bytes()

    for damaged in (whole[:-1], b"", whole.replace(b"payload", b"other  "), b"x" + whole, whole[:30]):
        path.write_bytes(damaged)
        assert read_sealed(path) is None
    path.unlink()
    assert read_sealed(path) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20210703", date(2021, 7, 3)),
        ("2021.07.03", date(2021, 7, 3)),
        ("20210230", None),
        ("2021", None),
        ("", None),
        ("٢٠٢١٠٧٠٣", None),
        ("20210703-", None),
    ],
)
def test_dates_are_dates_or_nothing(text: str, day: date | None) -> None:
    assert dicom_date(text) == day


def test_text_fits_its_column() -> None:
    assert column_text("a\0b", "patient_name") == "ab"
    assert len(column_text("x" * 999, "patient_name")) == 400
    assert without_nul({"a": ["x\0", {"b": "\0"}], "c": 1}) == {"a": ["x", {"b": ""}], "c": 1}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a/b.dcm", "b.dcm"), ("C:\\x\\y.dcm", "y.dcm"), ("\x00\n", "unnamed"), ("", "unnamed"), ("é" * 300, "é" * 255)],
)
def test_names_are_cleaned_for_showing(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("CD/DIR000/IM000", "CD/DIR000/IM000"),
        ("..\\..\\C:\\a//b.dcm", "a/b.dcm"),
        ("a\x00\n/b", "a/b"),
        ("../", "unnamed"),
        ("a/" + "b" * 200 + "/" + "c" * 60 + "/d", "…/" + "c" * 60 + "/d"),
    ],
)
def test_paths_keep_their_folders_and_lead_nowhere(path: str, shown: str) -> None:
    assert shown_path(path) == shown


def test_cached_frames_of_no_image_are_removed(send: Callable[..., Any], storage: Path, settings: Any) -> None:
    # Pixels of native files are not kept, those of a codec are.
    send({"a.dcm": MadeImage(RAMP, syntax=JPEG_2000, bits_stored=10, stream=[jpeg_2000(RAMP)]).to_bytes()})
    cache = storage / "frame_cache_dir" / settings.SIGHTLINE_VERSION
    (known,) = cache.glob("*/*")
    orphan = cache / "ab" / ("ab" * 16)
    other_version = storage / "frame_cache_dir" / "0.0.1" / "cd" / ("cd" * 16)
    for folder in (orphan, other_version):
        folder.mkdir(parents=True)
        (folder / "decoded.zstd").write_bytes(b"x")
    assert tidy_archive()["frames"] == 0  # young: an image may be on its way
    old = time.time() - ABANDONED_SECONDS - 1
    for folder in (known, orphan, other_version):
        os.utime(folder, (old, old))

    assert tidy_archive()["frames"] == 2

    assert (known.exists(), orphan.exists(), other_version.exists()) == (True, False, False)
