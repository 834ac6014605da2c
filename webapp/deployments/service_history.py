"""Which bundle answered when, at which operating points, for whose case mix: told by rows that never change."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from inference.manifest import OperatingPoint
from webapp.archive.models import Project
from webapp.deployments.models import ServiceChange
from webapp.operating_points.case_mix import case_mix_of
from webapp.operating_points.models import CaseMix
from webapp.operating_points.proposals import approved_points
from webapp.refused import Refused


class MomentRefused(Refused):
    """A moment about which nothing can be told."""


@dataclass(frozen=True)
class Period:
    """From one change of service to the next; until is None while it lasts."""

    change: ServiceChange
    until: datetime | None


@dataclass(frozen=True)
class AnsweredAt:
    """What answered in a project at a moment. period is None before the first change that is known. points: approved ones of the
    bundle, by finding key, in place of its own. mix: who came there, as it was stated then."""

    moment: datetime
    period: Period | None
    points: dict[str, OperatingPoint]
    mix: CaseMix | None


def periods(project: Project) -> list[Period]:
    """Newest first."""
    changes = list(ServiceChange.objects.filter(project=project).select_related("bundle", "created_by"))
    ends = [None, *(change.created_at for change in changes)]
    return [Period(change, until) for change, until in zip(changes, ends, strict=False)]


def answered_at(project: Project, moment: datetime) -> AnsweredAt:
    """A result that began before a change may end after it: it is the bundle's that was in service when it began."""
    changes = ServiceChange.objects.filter(project=project).select_related("bundle", "created_by")
    change = changes.filter(created_at__lte=moment).first()
    after = changes.filter(number=change.number + 1).first() if change else None
    bundle = change.bundle_id if change else None
    return AnsweredAt(
        moment=moment,
        period=Period(change, after and after.created_at) if change else None,
        points=approved_points(project, bundle, moment) if bundle else {},
        mix=case_mix_of(project, moment),
    )


def asked_moment(text: str) -> datetime:
    """Date and time as ISO 8601, UTC where no offset is given; empty: now. Raises MomentRefused naming what is allowed."""
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(text.replace(" ", "+"))  # a plus that nobody escaped in an address is a blank
    except ValueError:
        moment = None
    if moment is None:
        raise MomentRefused(
            "not_allowed", f"at {text[:40]!r} is no date and time such as 2026-11-30T14:10", "at", http=400
        )
    moment = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if moment > timezone.now():
        raise MomentRefused(
            "not_allowed", f"at {text[:40]!r} lies in the future: nothing has answered then", "at", http=400
        )
    return moment
