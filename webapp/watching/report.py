"""Everything that the page of one project says, as one document of plain values: page, JSON and CSV are made from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from webapp.accounts.policy import Person
from webapp.archive.models import Image, Project
from webapp.sentinel.models import SentinelDraw
from webapp.watching.compared import periods, side_by_side, spans_of, weeks_until
from webapp.watching.counted import Arrival, Said, arrivals, counts_of, said_of
from webapp.watching.first_results import FirstResult, first_results
from webapp.watching.moved import moved_spans
from webapp.watching.open_images import closed
from webapp.watching.score_weeks import score_weeks
from webapp.watching.unaided_labels import labelled_results
from webapp.watching.weeks import WEEK, by_week, week_of

ASSUMPTION = (
    "Estimated without labels (CBPE): right where the model's probabilities are calibrated on what comes in now, also when the mix"
    " of cases changes; wrong where the finding itself looks different from before. Its interval counts the images alone."
)
COLUMNS = (
    "by", "key", "images", "answered", "refused", "refused_of", "reversed", "judged", "median_seconds", "p95_seconds", "score_mean",
    "score_reading", "score_cusum", "reasons",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """finding: key. view, maker: as subgroups name them; empty for all."""

    project: Project
    finding: str
    weeks: int
    view: str = ""
    maker: str = ""

    def takes(self, view: str, maker: str) -> bool:
        return self.view in ("", view) and self.maker in ("", maker)


def watching_report(asked: Asked, now: datetime, person: Person | None) -> dict[str, Any]:
    """What this person may know."""
    starts = [week_of(now) - back * WEEK for back in range(asked.weeks - 1, -1, -1)]
    since = starts[0] - timedelta(microseconds=1)
    came = arrivals(asked.project, since, now)
    every = first_results(asked.project, asked.finding, since, now, person)
    said = said_of(asked.project, asked.finding, every, since, now, person)
    images = [one for one in came if asked.takes(one.view, one.maker)]
    results = [one for one in every if asked.takes(one.view, one.maker)]
    own = [one for one in results if one.bundle == asked.project.active_bundle]
    labelled = labelled_results(asked.project, asked.finding, own, person)
    whole = side_by_side(own, labelled)
    lasting = (now - max(starts[0], min((one.at for one in images), default=now))) / WEEK
    drawn = _drawn(asked.project, {one.image for one in own}, person)
    return {
        "project": asked.project.slug,
        "finding": asked.finding,
        "bundle": asked.project.active_bundle,
        "view": asked.view,
        "maker": asked.maker,
        "from": starts[0].date().isoformat(),
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "choices": {"views": sorted({one.view for one in came}), "makers": sorted({one.maker for one in came})},
        "weeks": _weeks(images, said, results, starts, asked, now),
        "views": _grouped(((one.view, one) for one in images), said),
        "makers": _grouped(((one.maker, one) for one in images), said),
        "whole": whole,
        "periods": periods(own, labelled, starts),
        "moved": moved_spans(asked.project, spans_of(starts), own, person),
        "until": weeks_until(labelled, whole, len(images) / lasting if lasting > 0 else 0, lasting, drawn),
        "images_a_week": round(len(images) / lasting, 1) if lasting > 0 else None,
        "days_without": _days_without(images, starts[0], now),
        "other_bundles": sum(one.bundle != asked.project.active_bundle for one in results),
        "not_counted": len(images) - sum(one.image in said.results or one.image in said.given_up for one in images),
        "clock": _clock(asked.project, now),
        "assumption": ASSUMPTION,
        "note": "Research use only, not for diagnosis.",
    }


def export_rows(document: dict[str, Any]) -> Iterable[list[object]]:
    """As COLUMNS."""
    for by in ("week", "view", "maker"):
        for row in document[f"{by}s"]:
            score = row.get("score") or {}
            reasons = "; ".join(f"{name} {count}" for name, count in row["reasons"].items())
            yield [
                by, row["key"], row["images"], row["answered"], row["refused"]["count"], row["refused"]["n"],
                row["reversed"]["count"], row["reversed"]["n"], row["median_seconds"], row["p95_seconds"],
                score.get("mean"), score.get("reading"), score.get("height"), reasons,
            ]  # fmt: skip


def _weeks(
    images: Iterable[Arrival],
    said: Said,
    results: Sequence[FirstResult],
    starts: Iterable[datetime],
    asked: Asked,
    now: datetime,
) -> list[dict[str, Any]]:
    came = by_week(images)
    scores = {week.start: week for week in score_weeks(results, asked.project.active_bundle, now)}
    found = []
    for start in starts:
        week = scores.get(start)
        score = {"mean": week.mean, "n": week.n, "reading": week.reading, "height": week.height} if week else None
        row = {"key": start.date().isoformat(), **counts_of(came.get(start, []), said), "score": score}
        found.append(row | {"is_over": start + WEEK <= now})
    return found


def _grouped(named: Iterable[tuple[str, Arrival]], said: Said) -> list[dict[str, Any]]:
    groups: dict[str, list[Arrival]] = {}
    for name, one in named:
        groups.setdefault(name, []).append(one)
    return [{"key": name, **counts_of(groups[name], said)} for name in sorted(groups)]


def _drawn(project: Project, images: set[UUID], person: Person | None) -> int:
    """Of these images, looks before the model that were asked for and have ended."""
    rows = SentinelDraw.objects.filter(image__project=project, is_drawn=True)
    return len(images & set(closed(rows, "image", person).values_list("image", flat=True)))


def _days_without(images: Sequence[Arrival], start: datetime, now: datetime) -> list[str]:
    """Whole days (UTC) without any image, after the first that came."""
    days = {one.at.astimezone(UTC).date() for one in images}
    if not days:
        return []
    first, count = min(days), (now.astimezone(UTC).date() - min(days)).days
    return [str(day) for back in range(count) if (day := first + timedelta(days=back)) not in days]


def _clock(project: Project, now: datetime) -> str:
    """The newest image where it came after now; empty where the clock goes on."""
    last = Image.objects.filter(project=project, created_at__gt=now).order_by("-created_at").first()
    return f"{last.created_at:%Y-%m-%d %H:%M} UTC" if last else ""
