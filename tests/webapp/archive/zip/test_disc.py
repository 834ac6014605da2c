"""A zip made from a patient's disc: its images come in with their folders, the rest of the disc is ignored, in words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import shared_data_folder
from tests.inference.dicom.made_files import MadeImage, uid
from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from tests.webapp.archive.zip.test_upload_zip import unpacked
from webapp.archive.models import Image, QuarantinedFile
from webapp.audit.models import AccessEvent

Send = Callable[..., Any]
DISC = shared_data_folder().parent / "cases" / "dicom" / "z01-cd-layout.zip"
MARKUP = "<img src=x onerror=alert(1)>"


def media_directory() -> bytes:
    return MadeImage(meta={0x00020002: ("UI", uid("1.2.840.10008.1.3.10"))}).to_bytes()


def outcomes(report: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Status and code by name."""
    return {item["name"]: (item["status"], (item["reason"] or {}).get("code")) for item in report["items"]}


def page(send: Send, report: dict[str, Any]) -> str:
    return send.client.get(f"/uploads/{report['id']}/").content.decode()


def test_the_images_of_a_disc_come_in_and_the_rest_of_it_is_ignored(send: Send, storage: Path) -> None:
    content = zip_of(
        {
            "CD/DIR000/IM000": chest_dicom(),
            "CD/DIR001/IM000": chest_dicom(),
            "CD/DIR001/IM001": b"not dicom",
            "CD/DIR001/cut.dcm": chest_dicom()[:4000],
            "CD/DICOMDIR": media_directory(),
            "CD/INDEX.BAK": media_directory(),
            "CD/.DS_Store": b"\0\0\0\1Bud1",
            "__MACOSX/._IM000": b"\0\5\x16\7",
            "CD/AUTORUN.INF": b"[autorun]",
            "CD/README.TXT": b"How to open this disc",
            "CD/VIEWER/VIEWER.EXE": b"MZ" + bytes(9000),
        }
    )

    report = unpacked(send, content)

    assert outcomes(report) == {
        "CD/DIR000/IM000": ("accepted", None),
        "CD/DIR001/IM000": ("accepted", None),
        "CD/DIR001/IM001": ("quarantined", "not_dicom"),
        "CD/DIR001/cut.dcm": ("quarantined", "bad_encoding"),
        "CD/DICOMDIR": ("ignored", "media_directory"),
        "CD/INDEX.BAK": ("ignored", "media_directory"),
        "CD/.DS_Store": ("ignored", "system_file"),
        "__MACOSX/._IM000": ("ignored", "system_file"),
        "CD/AUTORUN.INF": ("ignored", "system_file"),
        "CD/README.TXT": ("ignored", "text_file"),
        "CD/VIEWER/VIEWER.EXE": ("ignored", "viewer_program"),
    }
    assert report["state"] == "done"
    assert (report["counts"]["ignored"], report["counts"]["quarantined"], report["counts"]["total"]) == (7, 2, 11)
    assert {kept.name for kept in QuarantinedFile.objects.all()} == {"CD/DIR001/IM001", "CD/DIR001/cut.dcm"}
    assert set(Image.objects.values_list("original_name", flat=True)) == {"IM000"}
    assert AccessEvent.objects.filter(verb="file.ignored").count() == 7
    assert [path for path in (storage / "incoming_dir").rglob("*") if path.is_file()] == []


def test_the_page_tells_members_apart_and_folds_the_rest_away(send: Send) -> None:
    images = {"CD/DIR000/IM000": chest_dicom(), "CD/DIR001/IM000": chest_dicom()}
    report = unpacked(send, zip_of({**images, "CD/DICOMDIR": media_directory()}))

    text = page(send, report)

    rows, folded = text.split('<details class="card" data-testid="report-ignored">')
    assert "CD/DIR000/IM000" in rows
    assert "CD/DIR001/IM000" in rows
    assert "refused" not in rows
    assert rows.count('data-testid="report-row"') == 2
    assert "CD/DICOMDIR" in folded
    assert "A directory of the disc, not an image." in folded


@pytest.mark.parametrize("name", [".DS_Store", "__MACOSX/._IM000", "DICOMDIR", "README.TXT", "viewer.exe", "Thumbs.db"])
def test_an_image_is_taken_whatever_its_name(name: str, send: Send) -> None:
    assert outcomes(unpacked(send, zip_of({name: chest_dicom()}))) == {name: ("accepted", None)}


def test_a_broken_image_is_refused_and_kept_whatever_its_name(send: Send) -> None:
    report = unpacked(send, zip_of({"CD/.DS_Store": chest_dicom()[:4000], "README.TXT": chest_dicom()[132:]}))

    assert outcomes(report) == {
        "CD/.DS_Store": ("quarantined", "bad_encoding"),
        "README.TXT": ("quarantined", "not_dicom"),
    }
    assert QuarantinedFile.objects.count() == 2


def test_one_file_that_somebody_chose_is_answered_as_what_it_is(send: Send) -> None:
    report = send({"DICOMDIR": media_directory(), "README.TXT": b"x"}).json()

    assert outcomes(report) == {
        "DICOMDIR": ("quarantined", "unsupported_sop_class"),
        "README.TXT": ("quarantined", "not_dicom"),
    }


def test_what_is_ignored_is_not_unpacked(send: Send) -> None:
    # A text of 300 MiB costs the first chunk; as an image it would pass the limits of the zip.
    report = unpacked(send, zip_of({"README.TXT": bytes(300 << 20), "a.dcm": chest_dicom()}))

    assert outcomes(report) == {"README.TXT": ("ignored", "text_file"), "a.dcm": ("accepted", None)}


NAMES = {
    "../../etc/IM000": "etc/IM000",
    "/CD/./IM000": "CD/IM000",
    "C:\\CD\\DIR000\\IM000": "CD/DIR000/IM000",
    f"CD/{MARKUP}/IM000": f"CD/{MARKUP}/IM000",
    "CD/\u202egpj.IM000": "CD/gpj.IM000",
    "CD/" + "x" * 60_000 + "/DIR000/IM000": "…/DIR000/IM000",
    "y" * 60_000: "…/" + "y" * 253,
    "..": "unnamed",
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:12])
def test_a_hostile_path_is_text_and_nothing_else(name: str, send: Send, storage: Path) -> None:
    report = unpacked(send, zip_of({name: b"not dicom"}))

    assert [item["name"] for item in report["items"]] == [NAMES[name]]
    assert QuarantinedFile.objects.get().name == NAMES[name]
    assert MARKUP not in page(send, report)
    assert {path.name for path in storage.rglob("*") if path.is_file()} == {QuarantinedFile.objects.get().pk.hex}


def test_a_name_in_an_unknown_encoding_is_shown_as_far_as_it_can_be_read(send: Send) -> None:
    content = zip_of({"CD/Roentgen/IM000": chest_dicom()}).replace(b"Roentgen", b"R\xf6ntgen\xff")

    [item] = unpacked(send, content)["items"]

    assert item["status"] == "accepted"
    assert item["name"].startswith("CD/R")
    assert item["name"].endswith("/IM000")


@pytest.mark.skipif(not DISC.exists(), reason=f"the case file {DISC} is missing")
def test_the_disc_of_the_case_files_does_not_frighten(send: Send) -> None:
    report = unpacked(send, DISC.read_bytes())

    assert outcomes(report) == {
        "CD/DIR000/IM000": ("accepted", None),
        "CD/DIR001/IM000": ("accepted", None),
        "CD/DIR001/IM001": ("quarantined", "not_dicom"),
        "__MACOSX/._IM000": ("ignored", "system_file"),
        "CD/.DS_Store": ("ignored", "system_file"),
        "CD/DICOMDIR": ("ignored", "media_directory"),
    }
    assert page(send, report).count('data-testid="ignored-row"') == 3
