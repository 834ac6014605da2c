"""`python -m training` as a child: a group of its own, nice, few variables, and never longer alive than the worker.

The kernel ends the child with the worker. What a killed worker leaves all the same (processes of the child) carries the
retraining's mark in its environment; the next start ends it before it begins.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from webapp.retraining.devices import Device

NICE = 10
POLL_SECONDS = 0.5
STOP_SECONDS = 5.0
MARK = "RETRAINING_OF"
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
# The first thing the child does: to ask to be killed with its parent (1 = PR_SET_PDEATHSIG), and to look whether it is still there.
BEGIN = """
import ctypes, os, signal, sys
getattr(ctypes.CDLL(None), "prctl", lambda *_: 0)(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
os.nice(int(sys.argv[2]))
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""


class ChildEnded(Exception):
    """code: negative for a signal. said: its last line."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(code, said)
        self.code, self.said = code, said


def run_child(command: Sequence[str], mark: UUID, device: Device, log: Path, check: Callable[[], None]) -> None:
    """Runs Python with these arguments to its end. `check` is called now and then; what it raises ends the child, too.

    Raises ChildEnded for any other end than 0.
    """
    begin = [sys.executable, "-c", BEGIN, str(os.getpid()), str(NICE), *command]
    with log.open("ab") as out:
        child = subprocess.Popen(
            begin, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=log.parent, start_new_session=True,
            env=_variables(mark, device), pass_fds=(device.lock,),
        )  # fmt: skip
    try:
        while child.poll() is None:
            check()
            with suppress(subprocess.TimeoutExpired):
                child.wait(POLL_SECONDS)
    finally:
        _end_group(child)
    if child.returncode:
        raise ChildEnded(child.returncode, last_line(log))


def end_leftovers(mark: UUID) -> int:
    """Ends what earlier workers of this retraining left; how many processes that were."""
    wanted = f"{MARK}={mark}".encode()
    ended = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = wanted in (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # gone, or of somebody else
            continue
        if is_ours and int(entry.name) != os.getpid():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(entry.name), signal.SIGKILL)
                ended += 1
    return ended


def last_line(log: Path, most: int = 300) -> str:
    """What the child said last."""
    lines = [line for line in log_tail(log).splitlines() if line.strip()]
    return lines[-1].strip()[:most] if lines else ""


def log_tail(log: Path, most: int = 8192) -> str:
    """The end of the log, from the start of a line."""
    try:
        with log.open("rb") as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - most))
            text = handle.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return text if size <= most else text.partition("\n")[2]


def _variables(mark: UUID, device: Device) -> dict[str, str]:
    """No secret, no address of the database or the broker."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, **device.variables, "PYTHONPATH": str(settings.BASE_DIR), "PYTHONUNBUFFERED": "1", MARK: str(mark)}


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    """The child and whatever it started: first asked, then killed."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGTERM if child.poll() is None else signal.SIGKILL)
    deadline = time.monotonic() + STOP_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
