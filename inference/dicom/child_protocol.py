"""What ChildPool, the forking server and the child say to each other. Light: imports no codec."""

import errno
import struct
from typing import Any

from inference.dicom.header import DicomHeader

# Caller to server, with three descriptors: status socket, file, result file. Seconds allowed.
REQUEST = struct.Struct("<d")
# Server to caller, on the status socket: wait status of the child, whether its time ran out, and the error number of the
# machine where no child could be started (0: one was).
STATUS = struct.Struct("<i?i")
# Result file: length of the document, the document as JSON, then what was asked for, little-endian: the pixels, then one
# float32 tensor per InputSpec. Before the child runs, the same file holds the request as JSON.
LENGTH = struct.Struct("<Q")

# Errors that say nothing about the file: a full disk, a failing one, no descriptors left.
FAULTS_OF_THE_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})

# What the pixels depend on: a stored file whose header no longer says the same is not the file that was taken.
_IDENTITY = (
    "sop_instance_uid",
    "transfer_syntax_uid",
    "rows",
    "columns",
    "bits_allocated",
    "bits_stored",
    "pixel_representation",
)


def identity(header: DicomHeader) -> list[Any]:
    """The values of a header that decide its pixels."""
    return [getattr(header, name) for name in _IDENTITY]
