"""What lies on a disc or in a folder beside the images and is plainly none: passed over, not refused.

Decided by name and beginning together. A file with the DICM prefix is never passed over for its name: only its SOP class can
say that it is a media directory (PS3.3 F.2.2), whatever it is called.

Names and beginnings stand in `static_src/site/system_files.json`, which the page that takes a dropped folder reads too
(`dropped_files.js`), and decides by them in the same order.
"""

import json
from pathlib import Path

from inference.dicom.file_meta import MEDIA_DIRECTORY_TEXT
from inference.dicom.refusal import DicomRefusal
from webapp.archive.reasons import Reason, reason

START_BYTES = 133  # preamble, prefix and one byte more, which tells whether anything follows the prefix

_PREFIX_END = 132
_TABLE = json.loads((Path(__file__).parents[1] / "static_src" / "site" / "system_files.json").read_text())
# A data set without preamble begins with group 0002 or 0008, in either byte order: a broken image, whatever its name.
_BARE_DATA_SETS = tuple(map(bytes.fromhex, _TABLE["bare_data_set_starts"]))
_SYSTEM_FOLDERS, _SYSTEM_NAMES = set(_TABLE["system_folders"]), set(_TABLE["system_names"])
_TEXT_NAMES, _TEXTS = set(_TABLE["text_names"]), set(_TABLE["text_suffixes"])
_PROGRAMS, _PACKED_PROGRAMS = set(_TABLE["program_suffixes"]), tuple(_TABLE["packed_program_ends"])
# A Java runtime and a Mac's program are folders of files of any name; a picture there may be somebody's radiograph all the same.
_PROGRAM_FOLDERS, _PROGRAM_FOLDER_ENDS = set(_TABLE["program_folders"]), tuple(_TABLE["program_folder_ends"])
_PICTURES = set(_TABLE["picture_suffixes"])
# ELF, Windows, Mach-O in its forms and with it compiled Java, packed Java: no image begins so without the prefix.
_PROGRAM_STARTS = tuple(map(bytes.fromhex, _TABLE["program_starts"]))
_MEDIA_DIRECTORY = _TABLE["media_directory"]


def system_file_reason(name: str, start: bytes) -> Reason | None:
    """Why a file found under the path `name` is passed over, or None. start: its first START_BYTES bytes, or all it has."""
    *folders, last = name.lower().split("/")
    last = last.partition(";")[0]  # names of ISO 9660 carry a version
    if start[128:_PREFIX_END] == b"DICM":
        is_empty_directory = last == _MEDIA_DIRECTORY and len(start) == _PREFIX_END
        return reason("media_directory") if is_empty_directory else None
    if start[:2] in _BARE_DATA_SETS:
        return None
    if any(part.startswith(".") for part in (*folders, last)) or not _SYSTEM_FOLDERS.isdisjoint(folders):
        return reason("system_file")
    if last in _SYSTEM_NAMES:
        return reason("system_file")
    if last == _MEDIA_DIRECTORY:
        return reason("media_directory")
    stem, _, suffix = last.rpartition(".")
    if last in _TEXT_NAMES or (suffix in _TEXTS and stem):
        return reason("text_file")
    is_inside = suffix not in _PICTURES and _is_of_a_program(folders)
    is_named = (suffix in _PROGRAMS and stem) or last.endswith(_PACKED_PROGRAMS)
    is_program = is_named or start.startswith(_PROGRAM_STARTS) or is_inside
    return reason("viewer_program") if is_program else None


def _is_of_a_program(folders: list[str]) -> bool:
    return not _PROGRAM_FOLDERS.isdisjoint(folders) or any(folder.endswith(_PROGRAM_FOLDER_ENDS) for folder in folders)


def media_directory_reason(refusal: DicomRefusal) -> Reason | None:
    """The reason for a file whose SOP class is that of a media directory, or None for any other refusal."""
    return reason("media_directory") if refusal.text == MEDIA_DIRECTORY_TEXT else None
