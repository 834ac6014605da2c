"""A small cache file that knows whether it is whole: one line of JSON facts, then the payload with its SHA-256.

Written under a temporary name and renamed, so that a reader never sees half of one. A damaged file counts as absent.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAGIC = b"SIGHTLINE-SEALED-1 "


def write_sealed(path: Path, facts: Mapping[str, Any], payload: bytes) -> None:
    """Replaces `path`. Raises OSError, with nothing left behind, when it cannot be written."""
    line = json.dumps({**facts, "payload_sha256": hashlib.sha256(payload).hexdigest()}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.writelines([MAGIC, line, b"\n", payload])
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_sealed(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """Facts and payload, or None when the file is absent or not as it was written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    line, found, payload = content.partition(b"\n")
    if not found or not line.startswith(MAGIC):
        return None
    try:
        facts = json.loads(line[len(MAGIC) :])
    except ValueError:
        return None
    return (facts, payload) if hashlib.sha256(payload).hexdigest() == facts.pop("payload_sha256", "") else None
