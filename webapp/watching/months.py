"""Calendar months, in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from webapp.refused import Refused

FORM = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class MonthRefused(Refused):
    """A month of which nothing can be told."""


@dataclass(frozen=True)
class Month:
    """end: the first moment after it."""

    start: datetime
    end: datetime

    @property
    def code(self) -> str:
        return f"{self.start:%Y-%m}"


def month_of(moment: datetime) -> Month:
    """The one that it lies in."""
    start = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Month(start, (start + timedelta(days=32)).replace(day=1))


def asked_month(text: str, now: datetime) -> Month:
    """As 2026-11; empty: the last one that is over. Raises MonthRefused naming what is allowed."""
    if not text:
        return month_of(month_of(now).start - timedelta(days=1))
    found = FORM.fullmatch(text)
    year, number = map(int, found.groups()) if found else (0, 0)
    if not 2000 <= year <= 9998 or not 1 <= number <= 12:
        raise MonthRefused("not_allowed", f"month {text[:40]!r} is no month such as 2026-11", "month", http=400)
    month = month_of(datetime(year, number, 1, tzinfo=UTC))
    if month.start > now:
        raise MonthRefused("not_allowed", f"month {text!r} has not begun", "month", http=400)
    return month
