"""A bundle is checked in a child process: `check_in_child(path)`; the caller never loads a stranger's graph.

The child is a bare interpreter with three open files: the bundle, its answer, and nowhere. Once its libraries are loaded and
have run once, it can open no other file and no socket, and its memory, time and processor time are bounded.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from inference.bundle_archive import FILE_LIMIT, MEMBER_LIMITS, MIB
from inference.bundle_error import BundleError
from inference.file_sha256 import file_sha256
from inference.sandbox import Ceilings, enter_sandbox

# Open files of the child, by their numbers.
BUNDLE_DESCRIPTOR, NOWHERE_DESCRIPTOR, ANSWER_DESCRIPTOR = 0, 2, 3

# The answer is one line of JSON, then the card. Read by the caller, a line takes up to 27 times its bytes of memory.
LINE_BYTES = 2 * MIB
_ANSWER_BYTES = LINE_BYTES + MEMBER_LIMITS["card.md"]
_CHECK = "inference.bundle_check:answer_about"
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
_CHILD = "import sys; sys.path[:] = {path!r}; from inference.bundle_child import work; work({answer!r}, {cpu_seconds})"


@dataclass(frozen=True)
class CheckLimits:
    """Of one check. Times in seconds; memory is address space: so much for the libraries, and a multiple of the file, which
    is held as bytes, as members, as a parsed graph and twice by the runtime."""

    seconds: float = 120.0
    cpu_seconds: int = 240
    library_bytes: int = 2048 * MIB
    times_the_file: int = 8


DEFAULT_CHECK_LIMITS = CheckLimits()

# Ends of a child that the machine is at fault for, not the bundle: it never came to it, found no room for its answer, or a
# library that it needs is missing or does not load, which does not pass by itself.
_NEVER_BEGAN, _NO_ROOM, _NO_LIBRARY = 75, 74, 73
_MACHINE_FAULTS = {_NEVER_BEGAN: errno.EAGAIN, _NO_ROOM: errno.ENOSPC, _NO_LIBRARY: errno.ELIBACC}


@dataclass(frozen=True)
class CheckedBundle:
    """What is registered of a bundle that passed. manifest: without its arrays."""

    id: str
    name: str
    version: str
    manifest: dict[str, Any]
    card: str


def check_in_child(path: Path, limits: CheckLimits = DEFAULT_CHECK_LIMITS, answer_with: str = _CHECK) -> CheckedBundle:
    """Every check of `Bundle.load` with the self-check on the processor. Raises BundleError, also for a child that took
    too long or too much memory, or died, and OSError where the machine has no means for the check (ELIBACC: for good).

    answer_with: module:function that the child runs; tests pass functions that misbehave.
    """
    with path.open("rb") as bundle, tempfile.TemporaryFile() as answer:
        size = os.fstat(bundle.fileno()).st_size
        if size > FILE_LIMIT:
            raise BundleError(path.name, "size", f"{size} bytes; allowed: up to {FILE_LIMIT // MIB} MiB")
        answer.write(json.dumps({"memory": limits.library_bytes + limits.times_the_file * size}).encode("ascii"))
        answer.seek(0)
        _run_child(path.name, bundle, answer, limits, answer_with)
        answer.seek(0)
        found = _read_answer(path.name, answer)
    if found.id != file_sha256(path):  # the one thing that everything else is filed under
        raise BundleError(path.name, "hash", "the process that checked the bundle names another file")
    return found


def _run_child(name: str, bundle: BinaryIO, answer: BinaryIO, limits: CheckLimits, answer_with: str) -> None:
    path = [entry for entry in sys.path if entry]
    own_root = str(Path(__file__).resolve().parents[1])
    path = path if own_root in path else [*path, own_root]
    code = _CHILD.format(path=path, answer=answer_with, cpu_seconds=limits.cpu_seconds)
    environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        stdin=bundle,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        status = child.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        raise BundleError(
            name, "selfcheck", f"longer than {limits.seconds:g} s; allowed: checks and self-check within that time"
        ) from None
    finally:
        child.kill()
        child.wait()
    if status in _MACHINE_FAULTS:
        raise OSError(_MACHINE_FAULTS[status], os.strerror(_MACHINE_FAULTS[status]))
    if status:
        ended = f"signal {-status}" if status < 0 else f"code {status}"
        raise BundleError(
            name, "selfcheck", f"the process that checked it ended by {ended}; allowed: an answer within its limits"
        )


def _read_answer(name: str, answer: BinaryIO) -> CheckedBundle:
    """The child held hostile bytes, so its answer is checked like any other input."""
    try:
        document = json.loads(answer.readline(LINE_BYTES + 1))
        if "refused" in document:
            check, message = document["refused"]
            raise BundleError(name, str(check), str(message))
        found = CheckedBundle(**document, card=answer.read(MEMBER_LIMITS["card.md"]).decode("utf-8"))
        if [type(value) for value in vars(found).values()] != [str, str, str, dict, str]:
            raise TypeError("a value of another type")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BundleError(name, "selfcheck", "the process that checked it left no readable answer") from error
    return found


def work(answer_with: str, cpu_seconds: int) -> None:
    """The life of the child: standard input is the bundle, standard output holds the question and takes the answer."""
    try:
        answer, memory = _begun(answer_with)
        # One more than the highest number in use: no other file can be opened.
        enter_sandbox(Ceilings(memory, cpu_seconds, ANSWER_DESCRIPTOR + 1, _ANSWER_BYTES))
    except ImportError:
        os._exit(_NO_LIBRARY)
    except Exception:  # before a byte of the bundle was read
        os._exit(_NEVER_BEGAN)
    try:
        body = _answer_body(answer(BUNDLE_DESCRIPTOR))
    except MemoryError:
        allowed = f"allowed for a file of its size: {memory // MIB} MiB"
        body = _answer_body({"refused": ["selfcheck", f"checking it takes more memory; {allowed}"]})
    os._exit(0 if _is_written(body) else _NO_ROOM)


def _begun(answer_with: str) -> tuple[Callable[[int], dict[str, Any]], int]:
    """What answers, with its libraries loaded, and the bytes of memory that it may take."""
    os.dup2(1, ANSWER_DESCRIPTOR)
    os.dup2(NOWHERE_DESCRIPTOR, 1)  # what libraries print is no answer
    memory = int(json.loads(os.pread(ANSWER_DESCRIPTOR, 1024, 0))["memory"])
    os.ftruncate(ANSWER_DESCRIPTOR, 0)
    os.nice(10)  # pages are answered meanwhile
    from inference.bundle_check import warm_up

    module, function = answer_with.split(":")
    answer = getattr(importlib.import_module(module), function)
    warm_up()
    os.closerange(ANSWER_DESCRIPTOR + 1, 4096)
    return answer, memory


def _is_written(body: bytes) -> bool:
    """False on a full disk, which takes a part or nothing."""
    try:
        return os.pwrite(ANSWER_DESCRIPTOR, body, 0) == len(body)
    except OSError:
        return False


def _answer_body(document: dict[str, Any]) -> bytes:
    """document: what a CheckedBundle is made of, or `refused` with check and message."""
    card = document.pop("card", "").encode("utf-8")
    line = json.dumps(document).encode("ascii") + b"\n"
    if len(line) > LINE_BYTES:
        problem = f"{len(line)} bytes without its arrays; allowed: up to {LINE_BYTES // MIB} MiB"
        return _answer_body({"refused": ["manifest", problem]})
    return line + card
