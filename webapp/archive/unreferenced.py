"""Files that no row names: a process that was killed between the rename of a file and the commit of its row left them.

Nobody was told that such a file is stored. One from the store goes to quarantine all the same, not away: after the
database was restored from an older backup, the files of the missing rows look just like it.
"""

import shutil
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings

from inference.file_sha256 import file_sha256
from webapp.archive.models import Image, QuarantinedFile
from webapp.archive.quarantine import quarantine
from webapp.archive.storage import Received

_ASKED_AT_ONCE = 500


def quarantine_unreferenced(oldest: float) -> int:
    """Puts stored files without an image, last written before `oldest` (seconds of the epoch), apart; returns how many."""
    count = 0
    for path in _unnamed(Path(settings.STORE_DIR).glob("*/*/*.dcm"), Image, "storage_key"):
        if path.stat().st_mtime < oldest:
            received = Received(path, file_sha256(path), path.stat().st_size)
            with quarantine(received, "unreferenced", None, "tidy"):
                count += 1
    return count


def remove_unlisted_quarantine(oldest: float) -> int:
    """Removes files of the quarantine that it does not list; returns how many."""
    unlisted = _unnamed(Path(settings.QUARANTINE_DIR).glob("*"), QuarantinedFile, "pk")
    found = [path for path in unlisted if path.is_file() and path.stat().st_mtime < oldest]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def remove_orphaned_frames(oldest: float) -> int:
    """Removes cached frames of images that are gone, and those of other versions of the code; returns how many images'."""
    cache = Path(settings.FRAME_CACHE_DIR)
    count = 0
    for version in cache.glob("*"):
        folders: Iterable[Path] = version.glob("*/*")
        if version.name == settings.SIGHTLINE_VERSION:
            folders = _unnamed(folders, Image, "storage_key")
        for folder in folders:
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
                count += 1
    return count


def _unnamed(paths: Iterable[Path], model: type[Image] | type[QuarantinedFile], column: str) -> Iterator[Path]:
    """Those of `paths` whose name (32 hex digits) no row has in `column`; other names are none of ours."""
    named = ((path, key) for path in paths if (key := _key_of(path)) is not None)
    while batch := list(islice(named, _ASKED_AT_ONCE)):
        rows = model.objects.filter(**{f"{column}__in": [key for _, key in batch]})  # type: ignore[attr-defined]
        known = set(rows.values_list(column, flat=True))
        yield from (path for path, key in batch if key not in known)


def _key_of(path: Path) -> uuid.UUID | None:
    try:
        key = uuid.UUID(hex=path.stem)
    except ValueError:
        return None
    return key if key.hex == path.stem else None
