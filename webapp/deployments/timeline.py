"""The history of service of a project as a bar: which model answered from when to when, and what else changed meanwhile."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.archive.models import Project
from webapp.deployments.service_history import Period
from webapp.operating_points.models import CaseMix, PointDecision

# What rooms above mark on the bar of a project, since a moment: when, and words for everybody who sees the page of models. Each
# registers in its AppConfig.ready.
more_marks: list[Callable[[Project, datetime], Iterable[tuple[datetime, str]]]] = []

MOST_SEGMENTS = 10
LEAST_SHARE = 0.07  # of the bar: a name has to be read, and a finger has to find it
LEAST_SECONDS = 1.0
MOST_MARKS = 40


@dataclass(frozen=True)
class Segment:
    """x, width: of the bar, 0 to 100."""

    period: Period
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """Something else than the model changed. x: of the bar, 0 to 100."""

    at: datetime
    x: float
    words: str


@dataclass(frozen=True)
class Timeline:
    """segments: oldest first. is_stretched: short periods are drawn wider than their time."""

    segments: tuple[Segment, ...]
    marks: tuple[Mark, ...]
    is_stretched: bool


def timeline(project: Project, periods: Sequence[Period], now: datetime) -> Timeline:
    """periods: newest first, as `service_history.periods` gives them; the last ones are drawn."""
    drawn = list(reversed(periods[:MOST_SEGMENTS]))
    if not drawn:
        return Timeline((), (), False)
    starts = [period.change.created_at for period in drawn]
    ends = [*starts[1:], max(now, starts[-1])]
    seconds = [max((end - start).total_seconds(), LEAST_SECONDS) for start, end in zip(starts, ends, strict=True)]
    true = [part / sum(seconds) for part in seconds]
    shares = _stretched(true)
    segments, x = [], 0.0
    for period, share in zip(drawn, shares, strict=True):
        segments.append(Segment(period, round(100 * x, 3), round(100 * share, 3)))
        x += share
    marks = [Mark(at, _place(at, starts, seconds, segments), words) for at, words in _others(project, starts[0])]
    return Timeline(tuple(segments), tuple(marks), shares != true)


def _stretched(shares: list[float]) -> list[float]:
    """None below LEAST_SHARE; what the others give up for it they give up in proportion."""
    wide = [share for share in shares if share >= LEAST_SHARE]
    if len(wide) == len(shares) or not wide:
        return shares
    room = 1 - LEAST_SHARE * (len(shares) - len(wide))
    scaled = [share / sum(wide) * room if share >= LEAST_SHARE else LEAST_SHARE for share in shares]
    return scaled if min(scaled) >= LEAST_SHARE else [1 / len(shares)] * len(shares)


def _place(at: datetime, starts: list[datetime], seconds: list[float], segments: list[Segment]) -> float:
    index = max(number for number, start in enumerate(starts) if start <= at or number == 0)
    part = min(max((at - starts[index]) / timedelta(seconds=seconds[index]), 0.0), 1.0)
    return round(segments[index].x + part * segments[index].width, 3)


def _others(project: Project, since: datetime) -> list[tuple[datetime, str]]:
    """Approved operating points, stated case mixes and what rooms above tell, newest first."""
    points = PointDecision.objects.filter(
        proposal__project=project, outcome=PointDecision.Outcome.APPROVED, created_at__gte=since
    ).select_related("proposal", "created_by")
    mixes = CaseMix.objects.filter(project=project, created_at__gte=since).select_related("created_by")
    told = [(row.created_at, _point_words(row)) for row in points[:MOST_MARKS]]
    told += [(row.created_at, _mix_words(row)) for row in mixes[:MOST_MARKS]]
    told += [mark for source in more_marks for mark in source(project, since)]
    return sorted(told, reverse=True)[:MOST_MARKS]


def _point_words(row: PointDecision) -> str:
    asked, who = row.proposal, row.created_by.username if row.created_by else "the command line"
    return (
        f"operating point of {asked.finding} {asked.threshold_before:.3g} → {asked.threshold:.3g}"
        f" (version {asked.version}), approved by {who}: {asked.reason}"
    )


def _mix_words(row: CaseMix) -> str:
    stated = ", ".join(f"{key} {100 * share:.3g} %" for key, share in sorted(row.prevalences.items()))
    who = row.created_by.username if row.created_by else "the command line"
    return f"case mix stated by {who}: {stated or 'no prevalence'}"
