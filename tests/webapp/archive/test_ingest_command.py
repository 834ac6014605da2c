"""`manage.py ingest DIR`."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.webapp.archive.dicom_files import chest_dicom, ct_dicom, zip_of
from webapp.archive.models import Image

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, storage: Path) -> Path:
    folder = tmp_path / "to ingest"
    (folder / "deep").mkdir(parents=True)
    return folder


def ingest(folder: Path, *options: str) -> tuple[str, CommandError | None]:
    out = StringIO()
    try:
        call_command("ingest", str(folder), *options, stdout=out)
    except CommandError as error:
        return out.getvalue(), error
    return out.getvalue(), None


def test_every_file_below_the_folder_is_reported(folder: Path) -> None:
    content = chest_dicom()
    (folder / "a.dcm").write_bytes(content)
    (folder / "deep" / "same.dcm").write_bytes(content)
    (folder / "deep" / "ct.dcm").write_bytes(ct_dicom())
    (folder / "z.zip").write_bytes(zip_of({"in/b.dcm": chest_dicom(), "n": b"x"}))
    (folder / ".hidden").write_bytes(b"x")
    (folder / "link.dcm").symlink_to(folder / "a.dcm")

    text, error = ingest(folder, "--json")

    document = json.loads(text)
    assert {one["name"]: (one["status"], (one["reason"] or {}).get("code")) for one in document["files"]} == {
        "a.dcm": ("accepted", None),
        "deep/ct.dcm": ("quarantined", "unsupported_sop_class"),
        "deep/same.dcm": ("duplicate", "duplicate"),
        "z.zip/in/b.dcm": ("accepted", None),
        "z.zip/n": ("quarantined", "not_dicom"),
        ".hidden": ("ignored", "system_file"),
    }
    assert document["counts"] == {"accepted": 2, "quarantined": 2, "duplicate": 1, "ignored": 1}
    assert str(error) == "2 of 6 files were not accepted"
    assert Image.objects.count() == 2
    assert (folder / "a.dcm").read_bytes() == content


def test_lines_are_for_people(folder: Path) -> None:
    (folder / "a.dcm").write_bytes(chest_dicom())

    text, error = ingest(folder)

    assert (text, error) == ("accepted     a.dcm\n1 files: 1 accepted\n", None)


def test_an_empty_folder_is_nothing_to_do(folder: Path) -> None:
    assert ingest(folder) == ("0 files: nothing to do\n", None)


def test_what_is_no_folder_is_wrong_usage(tmp_path: Path) -> None:
    _, error = ingest(tmp_path / "none")

    assert error is not None
    assert error.returncode == 2


def test_real_radiographs_come_in(folder: Path, shared_data: Any) -> None:
    real = sorted(shared_data("rsna").rglob("*.dcm"))[:3]
    for number, path in enumerate(real):
        (folder / f"{number}.dcm").write_bytes(path.read_bytes())

    document = json.loads(ingest(folder, "--json")[0])

    assert {one["status"] for one in document["files"]} <= {"accepted", "repaired"}
    assert len(document["files"]) == len(real) > 0
