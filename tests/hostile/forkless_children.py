"""Work of a decoding child in a server that gets no process from the machine."""

import errno
import os

from inference.dicom.child_work import work

__all__ = ["work"]


def _no_process() -> int:
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


os.fork = _no_process
