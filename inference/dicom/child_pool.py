"""Decoding children for any process: `with ChildPool() as pool: pool.decode(path, header)`.

Web and worker processes never decode themselves, not even small images: a decoder can abort the process. Each pool
owns one forking server (child_server.py); one forked child does one file and ends. Threads may share a pool.
"""

import atexit
import contextlib
import dataclasses
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np

from inference.dicom.accept import DEFAULT_ACCEPT, Accept
from inference.dicom.child_protocol import LENGTH, REQUEST, STATUS, identity
from inference.dicom.header import DicomHeader
from inference.dicom.header_listing import HeaderListing
from inference.dicom.limits import DEFAULT_LIMITS, MIB, Limits
from inference.dicom.refusal import DicomRefusal
from inference.dicom.stored_pixels import StoredPixels
from inference.dicom.tolerances import TOLERANCES
from inference.dicom.transfer_syntax import transfer_syntax
from inference.preprocessing import InputSpec, ModelInput, as_model_input

# The server enforces the time limits; past this many seconds more, the server itself is taken for dead.
_GRACE_SECONDS = 10.0
_MOST_DOCUMENT_BYTES = 64 * MIB
# The server gets nothing else from the environment: no database address, no secret.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
WORK = "inference.dicom.child_work:work"
_SERVER = (
    "import sys; sys.path[:] = {path!r}; from inference.dicom.child_server import serve; serve({descriptor}, {work!r})"
)


@dataclass(frozen=True, eq=False)
class Examined:
    """What one child says of a new file. pixels: None where decoding again costs less than keeping them.

    is_decoded: false for a file that must be repaired first; then there are neither pixels nor inputs.
    inputs: one per spec, None where the values cannot be brought to gray. sha256, look: of the decoded values, by which a copy
    in another transfer syntax and another rendering of the exposure are known (inference.look_hash).
    """

    header: DicomHeader
    specs: Sequence[InputSpec]
    is_decoded: bool = False
    pixels: StoredPixels | None = None
    tolerated: tuple[str, ...] = ()
    inputs: Sequence[ModelInput | None] = ()
    sha256: str = ""
    look: str = ""


class ChildPool:
    """Runs pre-parse, decoding and the preparation of model inputs in sandboxed children.

    limits: of `decode`; `preparse` takes its own. children: how many may run at the same time.
    work: module:function that a child runs; tests pass children that misbehave.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, children: int | None = None, work: str = WORK) -> None:
        self._limits = limits
        self._work = work
        self._slots = threading.BoundedSemaphore(children or max(2, os.cpu_count() or 2))
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = os.getpid()

    def __enter__(self) -> "ChildPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def preparse(
        self,
        path: Path,
        accept: Accept = DEFAULT_ACCEPT,
        limits: Limits | None = None,
    ) -> DicomHeader:
        """`inference.dicom.preparse` in a child.

        Raises DicomRefusal, and OSError for a fault of the machine (full disk) that a later try may not meet.
        """
        limits = limits or self._limits
        with result_file() as result:
            document = self._ask("preparse", path, accept, limits, limits.preparse_seconds, result)
        return DicomHeader.from_json(document["header"])

    def examine(self, path: Path, accept: Accept, limits: Limits, specs: Sequence[InputSpec]) -> Examined:
        """Pre-parse, decode check and model inputs of a new file in one child, where each of its own costs a fork.

        Raises what `preparse` and `decode` raise.
        """
        with result_file() as result:
            wishes = {"inputs": [spec.to_json() for spec in specs]}
            document = self._ask("examine", path, accept, limits, limits.decode_seconds, result, wishes)
            header = DicomHeader.from_json(document["header"])
            decoded = document.get("decoded")
            if decoded is None:
                return Examined(header, specs)
            pixels = None
            if not transfer_syntax(header.transfer_syntax_uid).is_quick:
                pixels = _read_pixels(result, header, decoded)
            inputs = _read_inputs(result, header, specs, decoded)
        sha256, look = _hash(decoded["sha256"]), _hash(decoded["look"])
        return Examined(header, specs, True, pixels, _tolerated(decoded), inputs, sha256, look)

    def decode(self, path: Path, header: DicomHeader) -> StoredPixels:
        """Stored values of an accepted file whose header is known.

        Raises DicomRefusal decoder_error, decoder_timeout, decoder_memory, decoder_crash, codestream_*, and
        integrity_mismatch when the file no longer says what `header` says.
        """
        return self.decode_and_prepare(path, header, ())[0]

    def decode_and_prepare(
        self, path: Path, header: DicomHeader, specs: Sequence[InputSpec]
    ) -> tuple[StoredPixels, list[ModelInput | None]]:
        """Stored values and model inputs, one per spec, from one child; None where the values cannot be brought to gray.

        Raises what `decode` raises.
        """
        with result_file() as result:
            document = self._ask_decoder(path, header, specs, True, result)
            return _read_pixels(result, header, document), _read_inputs(result, header, specs, document)

    def prepare(self, path: Path, header: DicomHeader, specs: Sequence[InputSpec]) -> list[ModelInput]:
        """Model inputs of an accepted file, bit by bit `prepare_dicom` of what `decode` gives.

        Raises what `decode` raises, and DicomRefusal bad_value when the values cannot be brought to gray. The pixels stay in
        the child: some 200 kB come back in place of 10 MB.
        """
        with result_file() as result:
            self._ask_decoder(path, header, specs, False, result)
            return [_read_input(result, header, spec) for spec in specs]

    def list_header(self, path: Path) -> HeaderListing:
        """Every element as text, Pixel Data left out. Raises what `preparse` raises."""
        with result_file() as result:
            seconds = self._limits.preparse_seconds
            document = self._ask("list_header", path, Accept.any_class(), self._limits, seconds, result)
        try:
            return HeaderListing.from_json(document["listing"])
        except (KeyError, TypeError, ValueError):
            raise DicomRefusal("decoder_crash", "the reading process left no readable answer") from None

    def start(self) -> None:
        """Starts the server ahead of the first file; loading the codecs takes about a second."""
        with self._lock:
            self._running_control()

    @property
    def server_pid(self) -> int | None:
        """Process id of the forking server; None before the first file and after its death was noticed."""
        return None if self._server is None else self._server.pid

    def close(self) -> None:
        """Ends the server with all its children."""
        with self._lock:
            self._stop()

    # -- one request -------------------------------------------------------------------------------

    def _ask_decoder(
        self, path: Path, header: DicomHeader, specs: Sequence[InputSpec], pixels: bool, result: BinaryIO
    ) -> dict[str, Any]:
        """The document of a decode; `result` stands where its arrays begin."""
        wishes = {
            "pixels": pixels,
            "inputs": [spec.to_json() for spec in specs],
            "header": header.to_json() if specs else None,
        }
        seconds = self._limits.decode_seconds
        document = self._ask("decode", path, Accept.any_class(), self._limits, seconds, result, wishes)["decoded"]
        if document["identity"] != identity(header):
            raise DicomRefusal("integrity_mismatch", "the file's header is not the one that was accepted")
        return dict(document)

    def _ask(
        self,
        operation: str,
        path: Path,
        accept: Accept,
        limits: Limits,
        seconds: float,
        result: BinaryIO,
        wishes: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        request = {
            **(wishes or {}),
            "operation": operation,
            "accept": [_sorted(accept.sop_classes), _sorted(accept.modalities), _sorted(accept.tolerances)],
            "limits": dataclasses.asdict(limits),
        }
        with self._slots, path.open("rb") as file:
            # A server that died (killed from outside) is replaced once; a second death is the file's doing.
            outcome = self._run(request, file, result, seconds) or self._run(request, file, result, seconds)
        if outcome is None:
            raise DicomRefusal("decoder_crash", "the decoding process ended without an answer")
        _refuse_bad_end(outcome, seconds)
        return _read_document(result)

    def _run(
        self, request: dict[str, Any], file: BinaryIO, result: BinaryIO, seconds: float
    ) -> tuple[int, bool] | None:
        """Wait status and whether time ran out; None when the server died."""
        result.seek(0)
        result.truncate()
        result.write(json.dumps(request).encode("ascii"))
        result.flush()
        result.seek(0)  # the child shares this position
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                descriptors = [theirs.fileno(), file.fileno(), result.fileno()]
                control = self._send(REQUEST.pack(seconds), descriptors)
                if control is None:
                    return None
            ours.settimeout(seconds + _GRACE_SECONDS)
            try:
                answer = ours.recv(STATUS.size)
            except OSError:
                answer = b""
        if len(answer) != STATUS.size:
            self._forget_server(control)
            return None
        status, is_timed_out, fault = STATUS.unpack(answer)
        if fault:
            raise OSError(fault, os.strerror(fault))
        return status, is_timed_out

    def _send(self, message: bytes, descriptors: list[int]) -> socket.socket | None:
        """The control socket of the server that has the request now; None when it could not be sent. OSError where no
        server can be started: the file has no part in that."""
        with self._lock:
            control = self._running_control()
            try:
                socket.send_fds(control, [message], descriptors)
            except OSError:
                self._stop()
                return None
        return control

    # -- the server --------------------------------------------------------------------------------

    def _running_control(self) -> socket.socket:
        """The control socket of a living server of this very process. Call with the lock held."""
        if self._owner != os.getpid():  # forked since: the server belongs to the parent
            self._server, self._control, self._owner = None, None, os.getpid()
        if self._server is not None and self._server.poll() is not None:
            self._stop()
        if self._control is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._server = _start_server(theirs.fileno(), self._work)
            self._control = ours
        return self._control

    def _forget_server(self, control: socket.socket) -> None:
        """Ends the server behind `control`, unless another thread has replaced it: the new one has files in hand."""
        with self._lock:
            if self._control is control:
                self._stop()

    def _stop(self) -> None:
        control, server = self._control, self._server
        self._control, self._server = None, None
        if control is not None:
            control.close()
        if server is not None and self._owner == os.getpid():
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=2)
            if server.poll() is None:
                server.kill()
                server.wait()


def _start_server(descriptor: int, work: str) -> "subprocess.Popen[bytes]":
    """A bare interpreter with this process's import path; the caller's main module plays no part."""
    path = [entry for entry in sys.path if entry]
    own_root = str(Path(__file__).resolve().parents[2])
    if own_root not in path:
        path.append(own_root)
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # One thread per library: children are the parallelism, and a forked thread pool is a dead one.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _SERVER.format(path=path, descriptor=descriptor, work=work)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        start_new_session=True,  # Ctrl+C in the terminal is for the caller
        env=environment | threads,
    )


def _sorted(values: frozenset[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)


@contextlib.contextmanager
def result_file() -> Iterator[BinaryIO]:
    """A nameless file, in memory where the system has such files."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("sightline-result"), "w+b") as file:
            yield file
    else:
        with tempfile.TemporaryFile() as file:
            yield file


def _refuse_bad_end(outcome: tuple[int, bool], seconds: float) -> None:
    status, is_timed_out = outcome
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if is_timed_out or ended_by == signal.SIGXCPU:
        raise DicomRefusal("decoder_timeout", f"reading the file takes longer than {seconds:g} seconds")
    if ended_by:
        name = signal.Signals(ended_by).name
        raise DicomRefusal("decoder_crash", f"the decoding process was ended by {name}")
    if status != 0:
        code = os.waitstatus_to_exitcode(status)
        raise DicomRefusal("decoder_crash", f"the decoding process ended with code {code}")


def _read_document(result: BinaryIO) -> dict[str, Any]:
    """The child's answer. It handled hostile bytes, so its lengths are checked like any other input."""
    result.seek(0)
    head = result.read(LENGTH.size)
    length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
    if not 0 < length <= _MOST_DOCUMENT_BYTES:
        raise DicomRefusal("decoder_crash", "the decoding process left no answer")
    try:
        document: dict[str, Any] = json.loads(result.read(length))
    except ValueError:
        raise DicomRefusal("decoder_crash", "the decoding process left no readable answer") from None
    if "refusal" in document:
        code, text, action, http = document["refusal"]
        raise DicomRefusal(code, text, action, http)
    if "failure" in document:
        raise OSError(document["failure"], os.strerror(document["failure"]))
    return document


def _read_array(result: BinaryIO, shape: tuple[int, ...], dtype: "np.dtype[Any]") -> np.ndarray:
    """The next array of the answer, in the shape and dtype that the caller knows; what the child says plays no part."""
    values = np.empty(shape, dtype.newbyteorder("<"))
    view = values.data.cast("B")
    received = 0
    while received < len(view):
        count = result.readinto(view[received:])  # type: ignore[attr-defined]
        if not count:
            raise DicomRefusal("decoder_crash", f"the decoding process left {received} of {len(view)} bytes")
        received += count
    return values.astype(dtype, copy=False)


def _hash(told: object) -> str:
    """As the child tells it: it handled hostile bytes, so only 64 hex digits pass."""
    return told if isinstance(told, str) and re.fullmatch(r"[0-9a-f]{64}", told) else ""


def _tolerated(document: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in TOLERANCES if name in document["tolerated"])


def _read_pixels(result: BinaryIO, header: DicomHeader, document: Mapping[str, Any]) -> StoredPixels:
    values = _read_array(result, (header.rows, header.columns), header.pixel_dtype)
    return StoredPixels(values, str(document["decoder"]), str(document["sha256"]), _tolerated(document))


def _read_inputs(
    result: BinaryIO, header: DicomHeader, specs: Sequence[InputSpec], document: Mapping[str, Any]
) -> list[ModelInput | None]:
    made = zip(specs, document["prepared"], strict=True)
    return [_read_input(result, header, spec) if is_made else None for spec, is_made in made]


def _read_input(result: BinaryIO, header: DicomHeader, spec: InputSpec) -> ModelInput:
    """One model input: region and hash are computed on this side, and its numbers must be in [0, 1]."""
    tensor = _read_array(result, (1, spec.height, spec.width), np.dtype(np.float32))
    if not (tensor.min() >= 0 and tensor.max() <= 1):  # false for NaN
        raise DicomRefusal("decoder_crash", "the decoding process gave gray values outside 0 to 1")
    return as_model_input(tensor, header.rows, header.columns, spec, header.turn)


_shared: ChildPool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> ChildPool:
    """The pool of this process, started at its first file and closed at exit. Safe after a fork."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = ChildPool()
            atexit.register(_shared.close)
        return _shared


def _forget_shared() -> None:
    """In a forked process: locks may be held by threads that do not exist here, and the server is the parent's."""
    global _shared, _shared_lock
    _shared = None
    _shared_lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_shared)
