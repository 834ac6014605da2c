"""The sandboxed child processes that read files: the web process itself parses and decodes nothing."""

import errno
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from inference.dicom.accept import Accept
from inference.dicom.child_pool import ChildPool, Examined, shared_pool
from inference.dicom.header import DicomHeader
from inference.dicom.header_listing import HeaderListing
from inference.dicom.limits import Limits
from inference.dicom.stored_pixels import StoredPixels
from inference.preprocessing import InputSpec, ModelInput
from webapp.archive.storage import StorageFull, is_disk_full

logger = logging.getLogger(__name__)
T = TypeVar("T")


class MachineFault(OSError):
    """The machine, not the file, kept a child from its work, twice: no descriptors, no process, a failing disk."""


def pool() -> ChildPool:
    """One pool per process, started at its first use."""
    return shared_pool()


def examine(path: Path, accept: Accept, limits: Limits, specs: Sequence[InputSpec]) -> Examined:
    """Raises DicomRefusal for the file's faults, StorageFull or MachineFault for the machine's."""
    return asked_twice(lambda: pool().examine(path, accept, limits, specs))


def decode(path: Path, header: DicomHeader) -> StoredPixels:
    """Raises DicomRefusal for the file's faults, StorageFull or MachineFault for the machine's."""
    return asked_twice(lambda: pool().decode(path, header))


def decode_and_prepare(
    path: Path, header: DicomHeader, specs: Sequence[InputSpec]
) -> tuple[StoredPixels, list[ModelInput | None]]:
    """Pixels, and what models that take `specs` see of them. Raises what `decode` raises."""
    return asked_twice(lambda: pool().decode_and_prepare(path, header, specs))


def prepare(path: Path, header: DicomHeader, specs: Sequence[InputSpec]) -> list[ModelInput]:
    """Model inputs alone; the pixels stay in the child. Raises what `decode` raises."""
    return asked_twice(lambda: pool().prepare(path, header, specs))


def list_header(path: Path) -> HeaderListing:
    """Every element as text. Raises DicomRefusal for the file's faults, StorageFull or MachineFault for the machine's."""
    return asked_twice(lambda: pool().list_header(path))


def asked_twice(ask: Callable[[], T]) -> T:
    """A full disk is told at once; any other fault of the machine may have passed by the second try."""
    try:
        return ask()
    except OSError as error:
        if is_disk_full(error):
            raise StorageFull from error
        logger.warning("a reading child met a fault of the machine (%s) and is asked again", error.strerror)
    try:
        return ask()
    except OSError as error:
        if is_disk_full(error):
            raise StorageFull from error
        raise MachineFault(error.errno or errno.EIO, error.strerror or "fault of the machine") from error
