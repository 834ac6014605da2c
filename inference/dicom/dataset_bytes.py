"""The bytes of a file as a memory map, deflated data sets inflated into a file beside it.

A map costs no memory of ours for Pixel Data; only pages that are read come in.
"""

import mmap
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from inference.dicom.limits import Limits
from inference.dicom.refusal import DicomRefusal

PREFIX_END = 132  # 128 bytes of preamble, then DICM
_STEP = 1 << 16
_INFLATE_STEP = 1 << 20


@contextmanager
def mapped_file(source: Path | BinaryIO, limits: Limits) -> Iterator[mmap.mmap]:
    """Maps a file after its size and prefix were checked (checks 1 and 2).

    Raises DicomRefusal too_large, not_dicom.
    """
    if isinstance(source, Path):
        with source.open("rb") as file, mapped_file(file, limits) as data:
            yield data
        return
    source.seek(0, 2)
    size = source.tell()
    if size > limits.file_bytes:
        raise DicomRefusal("too_large", f"the file has {size} bytes; at most {limits.file_bytes} are taken")
    if size < PREFIX_END:
        raise DicomRefusal("not_dicom", f"the file has {size} bytes; a DICOM file has at least {PREFIX_END}")
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[128:PREFIX_END] != b"DICM":
            raise DicomRefusal("not_dicom", "the file has no DICM prefix at byte 128")
        yield data


@contextmanager
def inflated(data: mmap.mmap, start: int, limits: Limits) -> Iterator[mmap.mmap]:
    """The deflated data set from `start`, inflated in steps into a nameless file (check 6).

    Raises DicomRefusal inflate_limit, bad_encoding.
    """
    with tempfile.TemporaryFile() as target:
        written = _inflate_into(target, data, start, limits)
        if written == 0:
            raise DicomRefusal("bad_encoding", "the deflated data set is empty")
        target.flush()
        with mmap.mmap(target.fileno(), 0, access=mmap.ACCESS_READ) as output:
            yield output


def _inflate_into(target: BinaryIO, data: mmap.mmap, start: int, limits: Limits) -> int:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # raw deflate, PS3.5 A.5
    written = 0
    for position in range(start, len(data), _STEP):
        pending: bytes = data[position : position + _STEP]
        while pending:
            try:
                piece = inflater.decompress(pending, _INFLATE_STEP)
            except zlib.error as error:
                raise DicomRefusal("bad_encoding", f"the deflated data set is damaged ({error})") from None
            pending = inflater.unconsumed_tail
            written += len(piece)
            consumed = min(position + _STEP, len(data)) - start - len(pending)
            _refuse_bomb(written, consumed, limits)
            target.write(piece)
        if inflater.eof:
            return written
    # What zlib still holds back is bounded by its window; a stream that has not ended was cut.
    piece = inflater.flush()
    if not inflater.eof:
        raise DicomRefusal("bad_encoding", f"the deflated data set ends early, after {written} bytes")
    target.write(piece)
    return written + len(piece)


def _refuse_bomb(written: int, consumed: int, limits: Limits) -> None:
    if written > limits.inflated_bytes:
        raise DicomRefusal("inflate_limit", f"the data set inflates to more than {limits.inflated_bytes} bytes")
    if written > limits.inflate_free_bytes and written > consumed * limits.inflate_ratio:
        raise DicomRefusal("inflate_limit", f"the data set inflates more than {limits.inflate_ratio} to 1")
