"""A bundle sent by a browser or program, as a file on the storage volume."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from webapp.deployments.services import BundleNotChecked, BundleRefused

MAX_BUNDLE_BYTES = 2 * 2**30


@contextmanager
def uploaded_bundle(sent: UploadedFile | None) -> Iterator[tuple[Path, str]]:
    """Path of the sent file for as long as the block runs, and its name as the sender wrote it.

    Raises BundleRefused for a missing or too large one, BundleNotChecked where it finds no room.
    """
    if sent is None:
        raise BundleRefused("No file was sent; the field is called `file`.")
    if (sent.size or 0) > MAX_BUNDLE_BYTES:
        raise BundleRefused(f"The file has {sent.size} bytes; at most {MAX_BUNDLE_BYTES} are taken.")
    settings.INCOMING_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.INCOMING_DIR, suffix=".bundle") as target:
        try:
            _write(sent, target)
        except OSError as problem:
            raise BundleNotChecked(sent.name or "file", problem) from problem
        yield Path(target.name), sent.name or "file"


def _write(sent: UploadedFile, target: IO[bytes]) -> None:
    for chunk in sent.chunks():
        target.write(chunk)
    target.flush()
