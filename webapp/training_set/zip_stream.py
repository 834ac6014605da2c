"""A zip that is sent while it is written: nothing of it lies on the server's disk."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async

FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # a date of ours is no part of the data
MODE = 0o600 << 16


class _Outgoing(io.RawIOBase):
    """Takes what ZipFile writes and gives it away; it cannot seek, so sizes follow each member."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_chunks(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of a zip of (path, content), one piece after each file."""
    target = _Outgoing()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files:
            member = zipfile.ZipInfo(name, FIXED_TIME)
            member.external_attr, member.compress_type = MODE, zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
            yield target.taken()
    yield target.taken()


async def in_threads(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same for an event loop: each piece is made in a thread while the loop serves others."""

    def following() -> bytes | None:
        return next(chunks, None)

    while (chunk := await sync_to_async(following)()) is not None:
        if chunk:
            yield chunk
