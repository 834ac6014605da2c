"""Files on disk: received under a random name, stored under a random key, verified each time they are read.

Nothing from a file or its name appears in a path. Every file is 0600. "Stored" means: the bytes and the folder entry
have been fsynced; the row that names the key is committed afterwards, so a row never names a file that is not there.
"""

import errno
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import OperationalError

from inference.file_sha256 import file_sha256
from webapp import audit
from webapp.archive.models import Image
from webapp.durable import sync

CHUNK = 1 << 20
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SQLITE_NO_SPACE = {
    13,
    4874,
}  # SQLITE_FULL; SQLITE_IOERR_SHMSIZE, when the index of the log cannot grow (sqlite.org/rescode.html)
DISK_FULL_STATE = "53100"  # SQLSTATE disk_full (PostgreSQL, appendix A); its message comes in the server's language


class StorageFull(OSError):
    """The disk took no more bytes. What was half-written has been removed. A job that meets it tries again later."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "the disk is full")


class FileTooLarge(Exception):
    """More bytes came than one file may have."""


class IntegrityMismatch(Exception):
    """A stored file is missing or is not the one that was stored: it must not be shown or read by a model."""

    def __init__(self, image: Image) -> None:
        super().__init__(f"stored file of image {image.pk} differs from its SHA-256")
        self.image = image


@dataclass(frozen=True)
class Received:
    """Bytes as received, in INCOMING_DIR."""

    path: Path
    sha256: str
    bytes: int


@contextmanager
def disk_full_is_told() -> Iterator[None]:
    """Turns the many faces of a full disk into StorageFull."""
    try:
        yield
    except (OSError, OperationalError) as error:
        if is_disk_full(error):
            raise StorageFull from error
        raise


def is_disk_full(error: Exception) -> bool:
    """True for the errors by which files, SQLite and PostgreSQL say that the disk takes no more."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    if not isinstance(error, OperationalError):
        return False
    driver = error.__cause__
    if getattr(driver, "sqlite_errorcode", 0) in SQLITE_NO_SPACE or getattr(driver, "sqlstate", "") == DISK_FULL_STATE:
        return True
    return "disk is full" in str(error) or "No space left" in str(error)


def new_incoming_path() -> Path:
    settings.INCOMING_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.INCOMING_DIR) / uuid.uuid4().hex


def receive(chunks: Iterable[bytes], limit: int) -> Received:
    """Writes `chunks` to a new incoming file, counting and hashing on the way; on any error nothing is left.

    Raises FileTooLarge beyond `limit` bytes, StorageFull when the disk is full, and whatever `chunks` raises.
    """
    path = new_incoming_path()
    try:
        with disk_full_is_told(), open_private(path) as target:
            digest, count = hashlib.sha256(), 0
            for chunk in chunks:
                count += len(chunk)
                if count > limit:
                    raise FileTooLarge(f"more than {limit} bytes")
                digest.update(chunk)
                target.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Received(path, digest.hexdigest(), count)


def read_chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def open_private(path: Path) -> BinaryIO:
    """A new file for writing, mode 0600 from its first moment. Raises FileExistsError when it exists."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def key_path(key: uuid.UUID) -> Path:
    """Two levels of 256 folders: a million files are about fifteen to a folder."""
    name = key.hex
    return Path(settings.STORE_DIR) / name[:2] / name[2:4] / f"{name}.dcm"


def stored_path(image: Image) -> Path:
    """Where the file of `image` lies. Read it through `verified_path` or `verified_bytes`."""
    return key_path(image.storage_key)


def move_durably(source: Path, target: Path) -> None:
    """Fsync, rename, fsync of the folders: after the return the file survives a loss of power."""
    with disk_full_is_told():
        folders = _missing_folders(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.chmod(0o600)
        sync(source)
        source.replace(target)
        for folder in [target.parent, *(made.parent for made in folders)]:
            sync(folder)


def verified_path(image: Image) -> Path:
    """Path of the stored file once its bytes have been hashed. Raises IntegrityMismatch and records it."""
    path = stored_path(image)
    try:
        found = file_sha256(path)
    except FileNotFoundError:
        found = "missing"
    if found != image.stored_sha256:
        _report_mismatch(image, found)
    return path


def verified_bytes(image: Image) -> bytes:
    """The stored file, hashed after it was read. Raises IntegrityMismatch and records it."""
    try:
        content = stored_path(image).read_bytes()
    except FileNotFoundError:
        content = b""
    found = hashlib.sha256(content).hexdigest()
    if found != image.stored_sha256:
        _report_mismatch(image, found)
    return content


def _report_mismatch(image: Image, found: str) -> None:
    audit.record(
        None,
        "image.integrity_mismatch",
        f"image:{image.pk}",
        purpose="integrity check",
        expected_sha256=image.stored_sha256,
        found_sha256=found,
    )
    raise IntegrityMismatch(image)


def _missing_folders(folder: Path) -> list[Path]:
    return [one for one in [folder, *folder.parents] if not one.exists()]
