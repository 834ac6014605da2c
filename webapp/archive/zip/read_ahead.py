"""Members of a zip unpacked and examined ahead of the one that is being stored, so that two cores have work.

One thread unpacks, in the order of the report, so that the limits of the zip fall on the same member each time; children examine.
Members that lie unpacked may not touch the disk's reserve: one for which there is no room waits until those before it are settled,
some of which leave nothing, and is refused when there is none even then.
Nothing here touches the database: members are stored one after the other, each in its own transaction, by the caller.
"""

import os
import threading
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from django.conf import settings

from inference.dicom.child_pool import Examined
from inference.preprocessing import InputSpec
from webapp.archive.ingest import NotReceived, Sender, examine, receive_file
from webapp.archive.reserve import reserve_refusal
from webapp.archive.storage import Received
from webapp.archive.zip.directory import ZipRefused, member_refusal
from webapp.archive.zip.members import Budget, member_chunks

AHEAD = 2  # members beyond the one in hand; each may hold its pixels in memory, 128 MiB at most for 16 bits
Arrived = tuple[Received | NotReceived, "Future[Examined] | None"]


@dataclass(frozen=True, eq=False)
class MemberRead:
    """One member on its way."""

    sender: Sender
    started: "Future[Arrived]"

    def arrival(self) -> Received | NotReceived:
        """Waits for the member to be unpacked. Raises what reading it raises: ZipRefused, and OSError of the machine."""
        return self.started.result()[0]

    def examined(self, path: Path) -> Examined:
        """Waits for the child. Raises what `ingest.examine` raises."""
        examined = self.started.result()[1]
        if examined is None:
            raise RuntimeError(f"{path.name} was not received, and is not examined")
        return examined.result()


class ReadAhead:
    """`with ReadAhead(archive, budget, specs) as ahead: for read in ahead.members(...)`: reads while the caller stores.

    At the end of the block nothing is left of members that the caller did not get to.
    """

    def __init__(self, archive: zipfile.ZipFile, budget: Budget, specs: Sequence[InputSpec]) -> None:
        self._archive, self._budget, self._specs = archive, budget, specs
        self._unpacker = ThreadPoolExecutor(1, "unpack")
        self._examiner = ThreadPoolExecutor(max(2, os.cpu_count() or 2), "examine")
        self._waiting: deque[MemberRead] = deque()
        self._turn = threading.Condition()
        self._settled, self._is_over = 0, False

    def __enter__(self) -> "ReadAhead":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            self._is_over = True
            self._turn.notify()
        self._unpacker.shutdown(cancel_futures=True)
        self._examiner.shutdown(cancel_futures=True)
        for read in self._waiting:
            _remove(read)

    def members(self, wanted: Iterable[tuple[zipfile.ZipInfo, Sender]]) -> Iterator[MemberRead]:
        """One MemberRead for each of `wanted`, in order. The caller has settled one before it asks for the next."""
        for place, (info, sender) in enumerate(wanted):
            self._waiting.append(MemberRead(sender, self._unpacker.submit(self._start, place, info, sender)))
            if len(self._waiting) > AHEAD:
                yield from self._next()
        while self._waiting:
            yield from self._next()

    def _next(self) -> Iterator[MemberRead]:
        yield self._waiting[0]
        self._waiting.popleft()  # now it is settled
        with self._turn:
            self._settled += 1
            self._turn.notify()

    def _start(self, place: int, info: zipfile.ZipInfo, sender: Sender) -> Arrived:
        why = member_refusal(info)
        if why is not None:
            raise ZipRefused(why.code, why.text)
        most = min(info.file_size, settings.MAX_FILE_BYTES)  # zipfile gives no more than the directory claims
        if reserve_refusal(most):
            with self._turn:
                self._turn.wait_for(lambda: self._is_over or self._settled >= place)
            no_room = reserve_refusal(most)
            if no_room:
                return NotReceived(no_room), None
        arrival = receive_file(member_chunks(self._archive, info, self._budget), sender)
        if isinstance(arrival, NotReceived):
            return arrival, None
        return arrival, self._examiner.submit(examine, arrival.path, self._specs)


def _remove(read: MemberRead) -> None:
    """The file of a member that nobody settles; its reading has ended or was cancelled."""
    try:
        arrival = read.started.result()[0]
    except (Exception, CancelledError):
        return
    if isinstance(arrival, Received):
        arrival.path.unlink(missing_ok=True)
