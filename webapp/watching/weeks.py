"""Weeks: from Monday 00:00 UTC."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

WEEK = timedelta(weeks=1)


class Arrived(Protocol):
    @property
    def at(self) -> datetime: ...


Row = TypeVar("Row", bound=Arrived)


def week_of(moment: datetime) -> datetime:
    """The start of its week."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def by_week(rows: Iterable[Row]) -> dict[datetime, list[Row]]:
    """Start of a week -> what arrived in it."""
    found: dict[datetime, list[Row]] = defaultdict(list)
    for row in rows:
        found[week_of(row.at)].append(row)
    return found
