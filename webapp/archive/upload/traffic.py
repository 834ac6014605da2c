"""How many files come in at once and per minute, and how slowly: counted in the memory of this web process.

Several web processes each count their own; the server that `serve` starts is one.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from webapp.archive.upload.door_answer import DoorAnswer, Message, NotLetIn

BUSY_SECONDS = 2  # after which another of the uploads in progress may be done
WINDOW_SECONDS = 30.0  # a body may stand still for less than this, and must bring its share of bytes in it
NOT_KEPT = "Nothing of the body was kept."

Receive = Callable[[], Awaitable[Message]]


@dataclass(frozen=True)
class UploadLimits:
    """0 is no limit. Uploads at once and per minute, of a person and from an address; of a body, KiB per second and minutes.

    A hospital sends from one address: the limits of an address are those of a ward of people.
    """

    at_once_per_person: int = 0
    at_once_per_address: int = 0
    minute_per_person: int = 0
    minute_per_address: int = 0
    slowest_kib: int = 0
    longest_minutes: int = 0


class UploadTraffic:
    """Uploads in progress and of this minute. For one event loop: nothing here is locked."""

    def __init__(self, limits: UploadLimits, now: Callable[[], float] = time.monotonic) -> None:
        self.limits, self._now = limits, now
        self._in_progress: Counter[tuple[str, object]] = Counter()
        self._of_minute: Counter[tuple[str, object]] = Counter()
        self._minute = 0

    @contextmanager
    def upload(self, person: object, address: str) -> Iterator[None]:
        """One upload for as long as the block runs. Raises NotLetIn 429 beyond a limit, and counts nothing then."""
        limits, keys = self.limits, (("person", person), ("address", address))
        minute = math.floor(self._now() / 60)
        if minute != self._minute:
            self._minute, self._of_minute = minute, Counter()
        for key, most in zip(keys, (limits.minute_per_person, limits.minute_per_address), strict=True):
            if most and self._of_minute[key] >= most:
                raise _too_many(f"uploads in a minute {_whose(key)}", most, math.ceil(60 * (minute + 1) - self._now()))
        for key, most in zip(keys, (limits.at_once_per_person, limits.at_once_per_address), strict=True):
            if most and self._in_progress[key] >= most:
                raise _too_many(f"uploads at a time {_whose(key)}", most, BUSY_SECONDS)
        for key in keys:
            self._of_minute[key] += 1
            self._in_progress[key] += 1
        try:
            yield
        finally:
            for key in keys:
                self._in_progress[key] -= 1
                if not self._in_progress[key]:
                    del self._in_progress[key]

    def in_time(self, receive: Receive) -> Receive:
        """`receive`, which raises NotLetIn 408 for a body that comes too slowly or takes too long in all."""
        slowest, longest = self.limits.slowest_kib, 60.0 * self.limits.longest_minutes or math.inf
        need, window = 1024 * slowest * WINDOW_SECONDS, WINDOW_SECONDS if slowest else math.inf
        latest = window_end = -math.inf  # both run from the moment when the body is first asked for
        count, is_whole = 0, False

        async def timely() -> Message:
            nonlocal latest, window_end, count, is_whole
            if latest == -math.inf:
                latest, window_end = self._now() + longest, self._now() + window
            while not is_whole:
                message = await _until(min(window_end, latest) - self._now(), receive)
                if message is not None:
                    count += len(message.get("body", b""))
                    is_whole = not message.get("more_body", False)
                    return message
                if self._now() >= latest:
                    raise _too_slow(f"A body may take {self.limits.longest_minutes} minutes at most.")
                if count < need:
                    raise _too_slow(f"Less than {slowest} KiB per second of the body came for {WINDOW_SECONDS:g} s.")
                window_end, count = self._now() + window, 0
            return await receive()  # waits for the end of the connection, for as long as the answer takes

        return timely


async def _until(seconds: float, receive: Receive) -> Message | None:
    """The next message, or None when it has not come in time."""
    if seconds == math.inf:
        return await receive()
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            return await receive()
    except TimeoutError:
        return None


def _whose(key: tuple[str, object]) -> str:
    return "of one person" if key[0] == "person" else "from one address"


def _too_many(what: str, most: int, seconds: int) -> NotLetIn:
    text = f"At most {most} {what}. {NOT_KEPT} Send it again in {seconds} s."
    return NotLetIn(DoorAnswer(429, "too_many_uploads", text, ((b"retry-after", b"%d" % seconds),)))


def _too_slow(text: str) -> NotLetIn:
    return NotLetIn(DoorAnswer(408, "too_slow", f"{text} {NOT_KEPT}"))
