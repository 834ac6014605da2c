"""Reading members of a zip while counting: bytes and ratio are what comes out, not what the directory claims."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from inference.dicom.child_protocol import FAULTS_OF_THE_MACHINE
from webapp.archive.zip.directory import FREE_BYTES, MAX_RATIO, MAX_TOTAL_BYTES, ZipRefused

CHUNK = 1 << 16
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass
class Budget:
    """What one zip may unpack to, over all of its members. zip_bytes: size of the zip itself."""

    zip_bytes: int
    unpacked: int = 0

    def spend(self, more: int) -> None:
        """Counts `more` bytes. Raises ZipRefused beyond the total size or the ratio of the whole zip."""
        self.unpacked += more
        if self.unpacked > MAX_TOTAL_BYTES:
            raise ZipRefused("too_large", f"The zip unpacks to more than {MAX_TOTAL_BYTES // 2**30} GiB in all.")
        # Members may overlap: each within its own ratio, together far beyond it.
        if self.unpacked > max(FREE_BYTES, MAX_RATIO * self.zip_bytes):
            raise ZipRefused("zip_ratio")


def member_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """The bytes of one member. Raises ZipRefused as soon as a limit is passed or the member turns out damaged, and
    OSError for a fault of the machine, which says nothing about the zip."""
    packed = min(info.compress_size, budget.zip_bytes)  # the claim may be larger than the file
    count = 0
    try:
        with archive.open(info) as member:
            while chunk := member.read(CHUNK):
                count += len(chunk)
                budget.spend(len(chunk))
                if count > max(FREE_BYTES, MAX_RATIO * packed):
                    raise ZipRefused("zip_ratio")
                if count > settings.MAX_FILE_BYTES:
                    raise ZipRefused("too_large", f"This member is larger than {settings.MAX_FILE_BYTES // 2**20} MiB.")
                yield chunk
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno in FAULTS_OF_THE_MACHINE:
            raise
        raise ZipRefused("zip_damaged") from error
