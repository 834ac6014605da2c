"""An answer that anybody may ask for as often as they like, and that is found at most so often."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps the last answer of `find`. One caller at a time finds; the others meanwhile get the last one."""

    def __init__(self, find: Callable[[], T]) -> None:
        self._find = find
        self._finding = threading.Lock()
        self._last: tuple[float, T] | None = None  # seconds of the monotonic clock, answer

    def get(self, seconds: float) -> T:
        """The last answer if it is younger than `seconds` or is being found just now, else a new one."""
        last = self._last
        if last is not None and (time.monotonic() - last[0] < seconds or self._finding.locked()):
            return last[1]
        with self._finding:
            if self._last is None or self._last is last:  # else another found it while this one waited
                found = self._find()
                self._last = time.monotonic(), found
            return self._last[1]
