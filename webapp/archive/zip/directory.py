"""The directory of a zip, read within bounds and without unpacking anything (ingest.md §5).

Names are used for display only. Sizes in the directory are claims of the sender: members.py counts while reading.
"""

import stat
import struct
import zipfile
from pathlib import Path

from webapp.archive.reasons import Reason, reason

MAX_MEMBERS = 2000
MAX_DIRECTORY_BYTES = 4 * 2**20  # zipfile holds it in memory; 2,000 members with long names need about 1 MiB
MAX_TOTAL_BYTES = 2 * 2**30
MAX_RATIO = 200
FREE_BYTES = 1 << 20  # a ratio says nothing before this much has come out
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
# The longest comment, and the 64-bit records before the end record, which must not lie just outside what is read.
_END_SEARCH = _END.size + 0xFFFF + _LOCATOR_64.size + _END_64.size


class ZipRefused(Exception):
    """The zip or one member is not read. `reason` is for the sender."""

    def __init__(self, code: str, text: str = "") -> None:
        self.reason: Reason = reason(code, text)
        super().__init__(code)


def open_zip(path: Path) -> zipfile.ZipFile:
    """The zip, its directory checked for size and count first. Raises ZipRefused."""
    count, directory_bytes = _claimed_directory(path)
    if directory_bytes > MAX_DIRECTORY_BYTES:
        raise ZipRefused(
            "zip_members", f"The list of the zip's members is longer than {MAX_DIRECTORY_BYTES >> 20} MiB."
        )
    _require_few(count)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise ZipRefused("zip_damaged") from error
    try:
        _require_few(len(archive.infolist()))  # the count field may say less than the directory holds
    except ZipRefused:
        archive.close()
        raise
    return archive


def _require_few(count: int) -> None:
    if count > MAX_MEMBERS:
        raise ZipRefused("zip_members", f"The zip has {count} members; {MAX_MEMBERS} are allowed.")


def files_of(archive: zipfile.ZipFile) -> list[tuple[int, zipfile.ZipInfo]]:
    """(place in the directory, entry) of everything that is not a folder. Two members of one name are two files."""
    return [(index, info) for index, info in enumerate(archive.infolist()) if not info.is_dir()]


def member_refusal(info: zipfile.ZipInfo) -> Reason | None:
    """Why this member is not read at all, or None."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):  # 0: made on a system without Unix modes
        return reason("zip_member_type")
    if info.flag_bits & 0x41:  # encrypted; strongly encrypted
        return reason("zip_encrypted")
    return None if info.compress_type in METHODS else reason("zip_method")


def _claimed_directory(path: Path) -> tuple[int, int]:
    """(members, bytes of the directory) as the end record says; 64-bit fields where they are used.

    The 64-bit record is read where `zipfile` reads it, right before its locator: the offset inside the locator could
    point to another record with harmless numbers while `zipfile` loads the directory of the real one.
    """
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - _END_SEARCH))
        tail = handle.read()
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or len(tail) - place < _END.size:
            raise ZipRefused("zip_damaged")
        *_, count, directory_bytes, _, _ = _END.unpack_from(tail, place)
        locator = place - _LOCATOR_64.size
        if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
            handle.seek(max(0, size - len(tail) + locator - _END_64.size))
            record = handle.read(_END_64.size)
            if len(record) == _END_64.size and record[:4] == b"PK\x06\x06":
                *_, count, directory_bytes, _ = _END_64.unpack(record)
    return count, directory_bytes
