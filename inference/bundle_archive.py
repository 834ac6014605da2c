"""The zip file around a bundle: read with limits, written the same way every time.

Members are stored, not deflated, with fixed times, sorted names and fixed rights: the same content gives the same
bytes and so the same id, on every machine (deflate output differs between zlib builds).
"""

from __future__ import annotations

import io
import json
import math
import os
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

MIB = 1024 * 1024

# A bundle is read whole into memory; ONNX itself stops at 2 GiB. The limits are on what is read, not on what a zip
# header claims, so that a zip bomb ends at its limit.
MEMBER_LIMITS = {
    "manifest.json": 64 * MIB,
    "model.onnx": 1536 * MIB,
    "card.md": 4 * MIB,
    "selfcheck.npz": 256 * MIB,
}
FILE_LIMIT = 2048 * MIB
ARRAYS_BYTES = 256 * MIB  # all arrays of a selfcheck together, out of the zip
ARRAYS_LIMIT = 32
# A zip of 2 GiB may list 40 million members. They are counted by the zip's last record, before the list is read.
MOST_MEMBERS = 64
DIRECTORY_BYTES = 64 * 1024

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)

# APPNOTE.TXT 4.3.16: signature, 2 x disk, members on this disk, members, bytes of the list, its place, bytes of the comment.
_END_RECORD = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"  # APPNOTE.TXT 4.3.15; it lies right before the end record
_LOCATOR_BYTES = 20
_COMMENT_BYTES = 1 << 16  # as far back as `zipfile` looks


class ArchiveError(ValueError):
    """A bundle file that is not the zip it should be. `check` is the name of the check that failed."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check


def read_members(data: bytes) -> dict[str, bytes]:
    """The four members of a bundle. Raises ArchiveError: not a zip, missing, extra, repeated or oversized member."""
    try:
        _check_member_count(data, "members")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_names([info.filename for info in archive.infolist()])
            return {name: _read_limited(archive, name, limit) for name, limit in MEMBER_LIMITS.items()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        # RuntimeError: an encrypted member; NotImplementedError: an unknown compression.
        raise ArchiveError(
            "zip", f"not a readable zip file ({error}); allowed: a zip as `write_bundle` makes"
        ) from error


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a bundle file, unchecked and without reading the rest: for a glance, not for running the model.

    Raises ArchiveError, and OSError when the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            document = json.loads(_read_limited(archive, "manifest.json", MEMBER_LIMITS["manifest.json"]))
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArchiveError("manifest", f"no readable manifest.json ({type(error).__name__})") from error
    if not isinstance(document, dict):
        raise ArchiveError("manifest", f"manifest.json is a {type(document).__name__}; allowed: an object")
    return document


def write_members(path: Path, members: Mapping[str, bytes]) -> None:
    """Write a bundle file atomically: a temporary file in the same folder, flushed to disk, then renamed."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(pack_members(members))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def pack_members(members: Mapping[str, bytes]) -> bytes:
    """Zip bytes of named members: sorted, stored, fixed times."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.create_system = 3  # otherwise the platform's number is written
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
    return target.getvalue()


def pack_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """An .npz of float32 arrays with fixed times (numpy's own savez does not promise them)."""
    members = {}
    for name, values in arrays.items():
        target = io.BytesIO()
        np.lib.format.write_array(target, np.ascontiguousarray(values, "<f4"), version=(1, 0), allow_pickle=False)
        members[f"{name}.npy"] = target.getvalue()
    return pack_members(members)


def read_arrays(data: bytes) -> dict[str, np.ndarray]:
    """The arrays of an .npz, with limits on number and size and never unpickling. Raises ArchiveError."""
    try:
        _check_member_count(data, "selfcheck")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info.filename for info in archive.infolist()]
            if len(names) > ARRAYS_LIMIT or len(set(names)) < len(names):
                raise ArchiveError("selfcheck", f"{len(names)} arrays; allowed: up to {ARRAYS_LIMIT}, each once")
            return _read_arrays(archive, names)
    except ArchiveError:
        raise
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _unreadable_arrays(str(error)) from error
    except (
        MemoryError,
        OverflowError,
    ) as error:  # NumPy's reader of headers, of one nested deeply or with huge numbers
        raise _unreadable_arrays(type(error).__name__) from error


def _unreadable_arrays(why: str) -> ArchiveError:
    return ArchiveError("selfcheck", f"selfcheck.npz is not readable ({why}); allowed: an .npz of float32")


def _read_arrays(archive: zipfile.ZipFile, names: list[str]) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    left = ARRAYS_BYTES
    for name in names:
        with archive.open(name) as stream:
            data = stream.read(left + 1)
        if len(data) > left:
            limit = f"{ARRAYS_BYTES // MIB} MiB"
            raise ArchiveError("selfcheck", f"the arrays are larger than {limit}; allowed: up to {limit} together")
        left -= len(data)
        arrays[name.removesuffix(".npy")] = _read_array(name, data)
    return arrays


def _read_array(name: str, data: bytes) -> np.ndarray:
    """One array, whose header is believed only when it names exactly the values that follow it."""
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ArchiveError("selfcheck", f"{name[:80]}: .npy format {version}; allowed: (1, 0)")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype != np.float32:
        raise ArchiveError("selfcheck", f"{name[:80]}: dtype {str(dtype)[:80]}; allowed: float32")
    named, held = math.prod(shape), len(data) - stream.tell()
    if min(shape, default=0) < 0 or named * dtype.itemsize != held:
        raise ArchiveError(
            "selfcheck",
            f"{name[:80]}: the header names {named} values, shape {str(list(shape))[:80]};"
            f" allowed: the {held // dtype.itemsize} values that follow it",
        )
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def _check_member_count(data: bytes, check: str) -> None:
    """How many members the zip lists, without reading the list. What is no zip at all is left to `zipfile` to name.

    The number in the record may be untrue; the bytes of the list are what `zipfile` goes by.
    """
    place = _end_record_place(data)
    if place is None:
        return
    if data[max(0, place - _LOCATOR_BYTES) : place].startswith(_ZIP64_LOCATOR):
        raise ArchiveError(check, "the zip lists its members in Zip64 form; allowed: the plain form, as `write_bundle`")
    _, _, _, _, members, directory, _, _ = _END_RECORD.unpack_from(data, place)
    if members > MOST_MEMBERS:
        raise ArchiveError(check, f"{members} members; allowed: exactly {', '.join(sorted(MEMBER_LIMITS))}")
    if directory > DIRECTORY_BYTES:
        raise ArchiveError(check, f"the list of members takes {directory} bytes; allowed: up to {DIRECTORY_BYTES}")


def _end_record_place(data: bytes) -> int | None:
    """Where `zipfile` finds the end record: without a comment right at the end, else the last one before a comment."""
    last = len(data) - _END_RECORD.size
    if last >= 0 and data.startswith(_END_SIGNATURE, last) and data.endswith(b"\0\0"):
        return last
    found = data.rfind(_END_SIGNATURE, max(0, last - _COMMENT_BYTES))
    return found if 0 <= found <= last else None


def _check_names(names: list[str]) -> None:
    wanted = sorted(MEMBER_LIMITS)
    missing = [name for name in wanted if name not in names]
    extra = sorted(set(names) - set(wanted))
    repeated = sorted({name for name in names if names.count(name) > 1})
    for kind, found in (("missing", missing), ("extra", extra), ("repeated", repeated)):
        if found:
            listed = ", ".join(repr(name[:80]) for name in found[:4])
            raise ArchiveError("members", f"{kind} {listed}; allowed: exactly {', '.join(wanted)}")


def _read_limited(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ArchiveError("size", f"{name} is larger than {limit // MIB} MiB; allowed: up to {limit // MIB} MiB")
    return data
