"""Collect static files only when a source changed: collecting compresses everything and would slow every start."""

import fcntl
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected"
LOCK = "static.lock"
# More than half of the bytes to compress, and no page asks for them.
UNSERVED = ["*.map", "redoc", "widgetbundle.js", "datasets", "templates"]


def collect_static_if_changed() -> bool:
    """True when files were collected. Two servers that start together collect once, one after the other."""
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with (root.parent / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _collect_if_changed(root)


def _collect_if_changed(root: Path) -> bool:
    stamp = root / STAMP
    fingerprint = static_fingerprint()
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=root.is_dir(), ignore_patterns=UNSERVED)
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint)
    return True


def static_fingerprint() -> str:
    """Hash over name, size and time of every source file."""
    lines = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            lines.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
