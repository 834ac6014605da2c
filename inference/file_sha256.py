"""The hash of a file on disk."""

import hashlib
from pathlib import Path


def file_sha256(path: Path) -> str:
    """SHA-256 in hex, read in pieces: a file larger than the memory is no trouble."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
