"""Which bundle answered when, at which operating points, for whose case mix: told by rows that never change."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from inference.manifest import OperatingPoint
from webapp.archive.models import Project
from webapp.deployments.models import ServiceChange
from webapp.operating_points.case_mix import case_mix_of
from webapp.operating_points.models import CaseMix
from webapp.operating_points.proposals import approved_points
from webapp.refused import Refused

UNESCAPED_PLUS = re.compile(r"(?<=:\d\d) (?=\d\d:\d\d$)")  # a plus of an offset in an address is a blank
WHOLE_SECOND = timedelta(microseconds=999_999)


class MomentRefused(Refused):
    """A moment about which nothing can be told."""


@dataclass(frozen=True)
class Period:
    """From one change of service to the next; after is None while it lasts."""

    change: ServiceChange
    after: ServiceChange | None

    @property
    def until(self) -> datetime | None:
        """None while it lasts, and where the record does not tell when it ended."""
        return self.after.created_at if self.after and self.is_end_known else None

    @property
    def is_end_known(self) -> bool:
        """What this history found in service had come there before it began."""
        return self.after is None or self.after.how != ServiceChange.How.FOUND


@dataclass(frozen=True)
class AnsweredAt:
    """What answered in a project at a moment. period is None before the first change that is known. points: approved ones of the
    bundle, by finding key, in place of its own. mix: who came there, as it was stated then."""

    moment: datetime
    period: Period | None
    points: dict[str, OperatingPoint]
    mix: CaseMix | None


def periods(project: Project, most: int | None = None) -> list[Period]:
    """Newest first; all, or so many."""
    changes = list(changes_of(project)[:most])
    return [Period(change, after) for change, after in zip(changes, [None, *changes], strict=False)]


def answered_at(project: Project, moment: datetime) -> AnsweredAt:
    """A result that began before a change may end after it: it is the bundle's that was in service when it began."""
    changes = changes_of(project)
    change = changes.filter(created_at__lte=moment).first()
    after = changes.filter(number=change.number + 1).first() if change else None
    bundle = change.bundle_id if change else None
    return AnsweredAt(
        moment=moment,
        period=Period(change, after) if change else None,
        points=approved_points(project, bundle, moment) if bundle else {},
        mix=case_mix_of(project, moment),
    )


def changes_of(project: Project) -> QuerySet[ServiceChange]:
    """Without what is large of a bundle."""
    rows = ServiceChange.objects.filter(project=project).select_related("bundle", "created_by")
    return rows.defer("bundle__manifest", "bundle__card", "bundle__selfcheck")


def asked_moment(text: str) -> datetime:
    """Date and time as ISO 8601, UTC where no offset is given; empty: now. A second without a fraction is asked for as a whole, to
    its end: changes are listed to the second. Raises MomentRefused naming what is allowed."""
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(UNESCAPED_PLUS.sub("+", text))
        if moment is not None:
            moment = (moment if timezone.is_aware(moment) else timezone.make_aware(moment)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise MomentRefused(
            "not_allowed", f"at {text[:40]!r} is no date and time such as 2026-11-30T14:10", "at", http=400
        )
    if moment > timezone.now():
        raise MomentRefused(
            "not_allowed", f"at {text[:40]!r} lies in the future: nothing has answered then", "at", http=400
        )
    if moment.microsecond == 0:
        moment = min(moment + WHOLE_SECOND, timezone.now())
    return moment
