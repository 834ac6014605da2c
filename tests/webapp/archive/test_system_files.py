"""Which files of a disc or folder are passed over: by name and beginning together."""

import pytest

from inference.dicom.accept import MEDIA_DIRECTORY
from inference.dicom.file_meta import MEDIA_DIRECTORY_TEXT
from inference.dicom.refusal import DicomRefusal
from webapp.archive.system_files import START_BYTES, media_directory_reason, system_file_reason

PREFIX = bytes(128) + b"DICM"
OTHERS = {
    "CD/.DS_Store": (b"\0\0\0\1Bud1", "system_file"),
    "__MACOSX/CD/._IM000": (b"\0\5\x16\7", "system_file"),
    "__MACOSX/whatever": (b"\0\5\x16\7", "system_file"),
    "CD/.hidden/IM000": (b"x", "system_file"),
    "CD/Thumbs.db": (b"\xd0\xcf\x11\xe0", "system_file"),
    "desktop.ini": ("[.ShellClassInfo]".encode("utf-16"), "system_file"),
    "AUTORUN.INF;1": (b"[autorun]", "system_file"),
    "DICOMDIR": (PREFIX, "media_directory"),
    "cd/dicomdir": (b"", "media_directory"),
    "README": (b"", "text_file"),
    "CD/ReadMe.TXT": (b"How to open", "text_file"),
    "IHE_PDI/INDEX.HTM": (b"<html>", "text_file"),
    "VIEWER/VIEWER.EXE": (b"MZ\x90\0", "viewer_program"),
    "weasis/lib/a.jar": (b"PK\3\4", "viewer_program"),
    "viewer/icon.ico": (b"\0\0\1\0", "viewer_program"),
    "LISEZMOI": (b"Ouvrez", "text_file"),
    "LIESMICH.TXT": (b"", "text_file"),
    "README.1ST": (b"", "text_file"),
    "CHECKSUM.MD5": (b"d41d8cd98f00b204", "text_file"),
    "viewer/jre/lib/zi/Europe/Berlin": (b"TZif2", "viewer_program"),
    "Weasis.app/Contents/PkgInfo": (b"APPL????", "viewer_program"),
    "viewer/linux/viewer": (b"\x7fELF\2", "viewer_program"),
    "viewer/setup.ex_": (b"MZ\x90\0", "viewer_program"),
    "viewer/mac/viewer": (b"\xcf\xfa\xed\xfe", "viewer_program"),
    "weasis/bundle/core.jar.xz": (b"\xfd7zXZ", "viewer_program"),
    "viewer/de.qm": (b"<\xb8d\x18", "viewer_program"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_plainly_no_image_is_passed_over(name: str) -> None:
    start, code = OTHERS[name]
    why = system_file_reason(name, start)
    assert why is not None
    assert (why.code, why.http) == (code, 200)
    assert why.text.endswith("not an image.")


@pytest.mark.parametrize("name", OTHERS)
def test_no_name_lets_a_file_with_the_prefix_or_a_bare_data_set_pass(name: str) -> None:
    assert system_file_reason(name, PREFIX + b"\2") is None
    assert system_file_reason(name, b"\x08\0\x05\0CS") is None
    assert len(PREFIX + b"\2") == START_BYTES


@pytest.mark.parametrize(
    "name",
    [
        "IM000",
        "CD/DIR001/IM001",
        "a.dcm",
        "a.jpg",
        "txt",
        "readme.dcm",
        "a.zip",
        "MACOSX/IM",
        "viewer/IM1",
        "x.dat",
        "app/a",
        "IM1.dcm.xz",
        "viewer/jre/scan.jpg",
        "Weasis.app/IM1.dcm",
    ],
)
def test_any_other_name_is_answered_as_what_it_is(name: str) -> None:
    assert system_file_reason(name, b"not dicom") is None


def test_a_media_directory_is_known_by_its_refusal_alone() -> None:
    why = media_directory_reason(DicomRefusal("unsupported_sop_class", MEDIA_DIRECTORY_TEXT))
    assert why is not None
    assert why.code == "media_directory"
    assert media_directory_reason(DicomRefusal("unsupported_sop_class", f"{MEDIA_DIRECTORY} CT Image")) is None
