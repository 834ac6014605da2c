"""One look at the rows a second for all event streams of a process: a hundred open lists ask no more than one.

Each event loop has its hub. It looks only while somebody listens; what each listener may see is found once per person and look.
"""

import asyncio
import datetime
import logging
import weakref
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

from webapp.viewer.worklist.changes import ChangeFeed, State, states_since

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
STREAMS_PER_PERSON = 4
BEHIND = 60  # looks that a listener may lag before its stream is ended; its browser goes on from its cursor


@dataclass(eq=False)
class Look:
    """What one look at the rows found. `seen`: those shown to a person, for all listeners of theirs."""

    now: datetime.datetime
    states: dict[UUID, State]
    seen: dict[tuple[Hashable, frozenset[UUID]], asyncio.Future[list[str]]] = field(default_factory=dict)

    async def visible_to(self, person: Hashable, images: frozenset[UUID], find: Callable[[], list[str]]) -> list[str]:
        """What `find` gives in a thread, asked once per person and set of images."""
        key = (person, images)
        if key not in self.seen:
            self.seen[key] = asyncio.ensure_future(sync_to_async(find)())
        return await asyncio.shield(self.seen[key])  # a listener that leaves takes nothing from the others


class TooManyStreams(Exception):
    """This person listens STREAMS_PER_PERSON times already."""


class ChangeHub:
    """The listeners of one event loop, and the task that looks for them."""

    def __init__(self) -> None:
        self._looks: dict[asyncio.Queue[Look | None], Hashable] = {}
        self._task: asyncio.Task[None] | None = None

    def has_room(self, person: Hashable) -> bool:
        """Whether this person may open another stream."""
        return Counter(self._looks.values())[person] < STREAMS_PER_PERSON

    @contextmanager
    def listening(self, person: Hashable) -> Iterator["asyncio.Queue[Look | None]"]:
        """Looks from now on; None: this listener fell behind and must end. Raises TooManyStreams."""
        if not self.has_room(person):
            raise TooManyStreams
        looks: asyncio.Queue[Look | None] = asyncio.Queue(BEHIND)
        self._looks[looks] = person
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_on())
        try:
            yield looks
        finally:
            self._looks.pop(looks, None)

    async def _look_on(self) -> None:
        feed = ChangeFeed(timezone.now())
        while self._looks:
            now = timezone.now()
            try:
                states = await sync_to_async(_read)(feed.moment)
            except Exception as problem:  # a locked or restarting database: the next look covers this one's time too
                logger.warning("looking for changed cases failed (%s)", type(problem).__name__)
            else:
                if feed.take(states, now):
                    self._tell(Look(now, states))
            await asyncio.sleep(POLL_SECONDS)

    def _tell(self, look: Look) -> None:
        for looks in list(self._looks):
            if looks.qsize() >= BEHIND - 1:
                del self._looks[looks]
                looks.put_nowait(None)
            else:
                looks.put_nowait(look)


def _read(since: datetime.datetime) -> dict[UUID, State]:
    close_old_connections()
    return states_since(since)


_hubs: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, ChangeHub]" = weakref.WeakKeyDictionary()


def change_hub() -> ChangeHub:
    """The hub of the running event loop. Raises RuntimeError outside of one."""
    return _hubs.setdefault(asyncio.get_running_loop(), ChangeHub())
