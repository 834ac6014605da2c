"""The forking server: a small process with all codecs loaded that forks one child per file.

Started by ChildPool with a bare interpreter, so the caller's own main module is never imported again, and a daemonic
or threaded caller is no obstacle. A forked child costs 15-20 ms; a cold interpreter 0.65-1.4 s.

Control socket: the caller sends 8 bytes (seconds allowed, double) with three descriptors: status socket, file,
result file. The server never reads the file or the request. When the child has ended, its wait status and whether
time ran out are written to the status socket. A caller that closes its end has the child killed; when the
control socket closes, the server ends with all its children.
"""

import contextlib
import errno
import fcntl
import gc
import importlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from inference.dicom.child_protocol import REQUEST, STATUS

_FIRST_OWN_DESCRIPTOR = 5  # the child keeps 0-2 on /dev/null, 3 file, 4 result
_MOST_DESCRIPTORS = 4096


@dataclass
class _Child:
    pid: int
    status: socket.socket
    deadline: float
    is_timed_out: bool = False


def serve(control_descriptor: int, work_name: str) -> None:
    """Serves until the control socket closes. work_name: module:function; importing it loads the codecs."""
    module, function = work_name.split(":")
    work = getattr(importlib.import_module(module), function)

    gc.collect()
    gc.freeze()  # the children share these pages; the collector must not touch them
    _Server(socket.socket(fileno=control_descriptor), work).run()


class _Server:
    def __init__(self, control: socket.socket, work: Callable[[int, int], None]) -> None:
        self.control = control
        self.work = work
        self.children: dict[int, _Child] = {}
        self.selector = selectors.DefaultSelector()
        self.woken, waker = socket.socketpair()
        for end in (self.woken, waker):
            end.setblocking(False)
        self.waker = waker
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self.selector.register(control, selectors.EVENT_READ, None)
        self.selector.register(self.woken, selectors.EVENT_READ, None)

    def run(self) -> None:
        is_open = True
        while is_open:
            for key, _ in self.selector.select(self._patience()):
                if key.fileobj is self.control:
                    is_open = self._accept()
                elif key.fileobj is self.woken:
                    with contextlib.suppress(BlockingIOError):
                        self.woken.recv(4096)
                elif isinstance(key.data, _Child):  # the caller is gone
                    self._kill(key.data)
            self._kill_late()
            self._reap()
        for child in self.children.values():
            self._kill(child)

    def _patience(self) -> float | None:
        if not self.children:
            return None
        return max(0.0, min(child.deadline for child in self.children.values()) - time.monotonic())

    def _accept(self) -> bool:
        try:
            message, descriptors, _, _ = socket.recv_fds(self.control, REQUEST.size, 3)
        except ConnectionError:
            return False
        if len(message) < REQUEST.size or len(descriptors) != 3:
            return False
        (seconds,) = REQUEST.unpack(message)
        status_descriptor, file_descriptor, result_descriptor = descriptors
        status = socket.socket(fileno=status_descriptor)
        try:
            pid = os.fork()
        except OSError as error:  # no process or no memory is to be had: told apart from what the file does
            with status, contextlib.suppress(OSError):
                status.send(STATUS.pack(0, False, error.errno or errno.EAGAIN))
            return True
        else:
            if pid == 0:
                self._become_child(file_descriptor, result_descriptor)
        finally:
            os.close(file_descriptor)
            os.close(result_descriptor)
        child = _Child(pid, status, time.monotonic() + seconds)
        self.children[pid] = child
        self.selector.register(child.status, selectors.EVENT_READ, child)
        return True

    def _become_child(self, file_descriptor: int, result_descriptor: int) -> None:
        """Never returns. Only the file and the result stay open; output of the codecs goes nowhere."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            # copied out of the way first: either number may be the target of the other
            file_copy = fcntl.fcntl(file_descriptor, fcntl.F_DUPFD, 16)
            result_copy = fcntl.fcntl(result_descriptor, fcntl.F_DUPFD, 16)
            null = os.open(os.devnull, os.O_RDWR)
            for target, source in enumerate((null, null, null, file_copy, result_copy)):
                os.dup2(source, target)
            os.closerange(_FIRST_OWN_DESCRIPTOR, _MOST_DESCRIPTORS)
            self.work(3, 4)
            code = 0
        finally:
            os._exit(code)

    def _kill(self, child: _Child) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        # not selected again: an ended caller stays readable
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.status)

    def _kill_late(self) -> None:
        now = time.monotonic()
        for child in self.children.values():
            if child.deadline <= now and not child.is_timed_out:
                child.is_timed_out = True
                child.deadline = now + 3600.0  # killed; only its end is awaited
                self._kill(child)

    def _reap(self) -> None:
        for pid, child in list(self.children.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == 0:
                continue
            del self.children[pid]
            with contextlib.suppress(KeyError):
                self.selector.unregister(child.status)
            with contextlib.suppress(OSError):
                child.status.send(STATUS.pack(status, child.is_timed_out, 0))
            child.status.close()
