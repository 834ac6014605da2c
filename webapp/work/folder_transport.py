"""kombu's filesystem transport, except that a missing or broken folder does not end the worker.

In kombu 5.7 `_get` lets the OSError of `os.listdir` through; it is not among the errors that a Celery consumer survives, so
removing the folder would stop the process that could do the work by polling the rows.
"""

import logging
import time
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem

logger = logging.getLogger(__name__)

COMPLAINT_SECONDS = 60.0


class FolderChannel(filesystem.Channel):
    """Creates its folders when it can; reads an unreadable folder as an empty queue."""

    _complained_at = -COMPLAINT_SECONDS

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError as problem:
            # kombu takes a message away while its sender is still writing it. The wake-up is lost; the rows are not, and
            # without this the consumer ends with "Unrecoverable error: JSONDecodeError" (once in 500 uploads).
            raise Empty from problem
        except (OSError, ChannelError) as problem:
            self._complain(problem)
            self._make_folders()
            raise Empty from problem

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu's own name
        self._make_folders()
        super()._put(queue, payload, **kwargs)

    def _queue_bind(self, *args: Any) -> None:
        self._make_folders()
        try:
            super()._queue_bind(*args)
        except (OSError, ChannelError, ValueError) as problem:
            # ValueError: another worker has just created the file and not yet written it.
            # The binding only matters to fanout exchanges, and wake-ups go to one named queue.
            self._complain(problem)

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return super().get_table(exchange)
        except (OSError, ChannelError, ValueError) as problem:
            self._complain(problem)
            return []

    def _size(self, queue: str) -> int:
        try:
            return super()._size(queue)
        except OSError:
            return 0

    def _make_folders(self) -> None:
        for folder in (self.data_folder_in, self.control_folder):
            try:
                Path(folder).mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                self._complain(problem)

    def _complain(self, problem: Exception) -> None:
        now = time.monotonic()
        if now - self._complained_at >= COMPLAINT_SECONDS:
            type(self)._complained_at = now
            logger.warning("broker folder cannot be used (%s); jobs run by polling the database", problem)


class FolderTransport(filesystem.Transport):
    """`filesystem://` of this application."""

    Channel = FolderChannel
