"""When a study was made, and how long before another: as words for people."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from webapp.archive.models import Image

Order = Literal["earlier", "not_known"]
_TIME = re.compile(r"([01]\d|2[0-3]):?(?:([0-5]\d):?(?:([0-5]\d)(\.\d{1,6})?)?)?")


@dataclass(frozen=True)
class StudyMoment:
    """day: None where the file states none. seconds: since midnight, None where the time is not stated or none."""

    day: date | None
    seconds: float | None

    @classmethod
    def of(cls, image: Image) -> "StudyMoment":
        found = _TIME.fullmatch(image.study_time.strip())
        hours, minutes, seconds, fraction = (float(part or 0) for part in found.groups()) if found else (0.0,) * 4
        return cls(image.study_date, 3600 * hours + 60 * minutes + seconds + fraction if found else None)

    def against(self, other: "StudyMoment") -> Order | None:
        """earlier than `other`; None: later. not_known: a date is missing, or it is the same day and the times do not tell."""
        if self.day is None or other.day is None:
            return "not_known"
        if self.day != other.day:
            return "earlier" if self.day < other.day else None
        if self.seconds is None or other.seconds is None or self.seconds == other.seconds:
            return "not_known"
        return "earlier" if self.seconds < other.seconds else None

    @property
    def newest_first(self) -> tuple[float, float]:
        """A key to sort by; without a date last, without a time last of its day."""
        return (-self.day.toordinal() if self.day else 0.0, -self.seconds if self.seconds is not None else 0.0)

    @property
    def clock(self) -> str:
        """09:12, or empty."""
        return "" if self.seconds is None else f"{int(self.seconds // 3600):02}:{int(self.seconds % 3600 // 60):02}"


def interval_words(earlier: date, later: date) -> str:
    """`4 months before`, in whole units that are over: days to two weeks, weeks to two months, months to two years, years."""
    days = (later - earlier).days
    if days == 0:
        return "the same day"
    months = 12 * (later.year - earlier.year) + later.month - earlier.month - (later.day < earlier.day)
    sizes = [(months >= 24, months // 12, "year"), (months >= 2, months, "month"), (days >= 14, days // 7, "week")]
    count, unit = next(((count, unit) for holds, count, unit in sizes if holds), (days, "day"))
    return f"{count} {unit}{'' if count == 1 else 's'} before"
