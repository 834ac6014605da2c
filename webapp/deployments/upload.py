"""A bundle sent by a browser or program, as a file on the storage volume."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from webapp.deployments.services import BundleRefused

MAX_BUNDLE_BYTES = 2 * 2**30


@contextmanager
def uploaded_bundle(sent: UploadedFile | None) -> Iterator[tuple[Path, str]]:
    """Path of the sent file for as long as the block runs, and its name as the sender wrote it.

    Raises BundleRefused for a missing or too large one.
    """
    if sent is None:
        raise BundleRefused("No file was sent; the field is called `file`.")
    if (sent.size or 0) > MAX_BUNDLE_BYTES:
        raise BundleRefused(f"The file has {sent.size} bytes; at most {MAX_BUNDLE_BYTES} are taken.")
    settings.INCOMING_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.INCOMING_DIR, suffix=".bundle") as target:
        for chunk in sent.chunks():
            target.write(chunk)
        target.flush()
        yield Path(target.name), sent.name or "file"
