"""A file of nothing that keeps space back: on a disk that is full to its last block it makes room for the record.

It lies in the state folder, is made when there is room for it beyond the reserve, and goes when the disk is full. Then events
and readers' answers can still be written, and an administrator has time to make room.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import Error

from webapp import audit
from webapp.work.disk_space import FULL_BYTES, DiskSpace, disk_space, size_words

logger = logging.getLogger(__name__)

MOST_BYTES = 2**30  # by default; an event is about 1 KiB, so that this is some hundred thousand


def ballast_words() -> str:
    """For operators: whether it is there."""
    wanted = wanted_bytes(disk_space())
    if not wanted:
        return "no ballast"
    if _held_bytes() == wanted:
        return f"ballast of {size_words(wanted)} whole"
    return f"ballast of {size_words(wanted)} released or not made yet: it is made when there is room beyond the reserve"


def wanted_bytes(disk: DiskSpace) -> int:
    """BALLAST_BYTES, or the reserve's size up to 1 GiB where that is None; never more than the reserve."""
    chosen: int | None = settings.BALLAST_BYTES
    return min(disk.reserve, MOST_BYTES if chosen is None else chosen)


def is_released() -> bool:
    """The disk was full and there is no room yet: what is free is for the record and readers' answers alone.

    A ballast that could not be made yet on a disk with more room than it takes is no such state.
    """
    disk = disk_space()
    wanted = wanted_bytes(disk)
    return disk.is_low and 0 < disk.free <= wanted + FULL_BYTES and not _held_bytes()


def keep_ballast() -> None:
    """Releases it when the disk is full; makes it, or one of the size now wanted, when there is room. Call it now and then."""
    disk = disk_space()
    if disk.is_full:
        release_ballast()
        return
    held, wanted = _held_bytes(), wanted_bytes(disk)
    if held != wanted and disk.has_room(max(0, wanted - held)):
        _make(wanted)


def release_ballast() -> bool:
    """Gives its space back; False where there was none. The log and the record say so, in case nobody looks at the pages."""
    try:
        _path().unlink()
    except FileNotFoundError:
        return False
    logger.error("the disk is full: the ballast was released so that the record can be written; make room")
    with suppress(Error):
        audit.record(None, "disk.ballast_released", "disk:state_folder", purpose="operation", free=disk_space().free)
    return True


def _make(size: int) -> None:
    """Whole or not at all: a name of its own until every block is there."""
    for old in (_path(), *_path().parent.glob(".ballast-*")):  # of a process that was killed while it made one
        old.unlink(missing_ok=True)
    if not size:
        return
    new = _path().with_name(f".ballast-{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, size)
        finally:
            os.close(descriptor)
        new.replace(_path())
        logger.info("ballast of %s made", size_words(size))
    except OSError as error:
        new.unlink(missing_ok=True)
        logger.warning("ballast of %s not made: %s", size_words(size), error.strerror)


def _held_bytes() -> int:
    try:
        return _path().stat().st_size
    except FileNotFoundError:
        return 0


def _path() -> Path:
    return Path(settings.SIGHTLINE_HOME) / "ballast"
