"""What came in a span of time, or from one maker or in one view: volume, time to the answer, refusals by reason, calls reversed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from measures.wilson import wilson_interval
from webapp.accounts.policy import Person
from webapp.archive.models import Image, Project
from webapp.predictions.models import Prediction
from webapp.reviews.models import CaseReview
from webapp.watching.first_results import REFUSED, FirstResult, view_and_maker
from webapp.watching.open_images import closed
from webapp.work.models import Job

REVERSED = ("false_positive", "false_negative")


@dataclass(frozen=True)
class Arrival:
    """One image that came."""

    image: UUID
    at: datetime
    view: str
    maker: str


@dataclass(frozen=True)
class Said:
    """By image. results: first ones. given_up: code of the fault of images that got no result. reasons: names of the gate's checks
    that a refused image failed. reversals: of each call that a reader judged, whether it was reversed."""

    results: Mapping[UUID, FirstResult]
    given_up: Mapping[UUID, str]
    reasons: Mapping[UUID, list[str]]
    reversals: Mapping[UUID, list[bool]] = field(default_factory=dict)


def arrivals(project: Project, since: datetime, now: datetime) -> list[Arrival]:
    """Every image, hidden ones too: that it came tells nothing of a model."""
    rows = Image.objects.filter(project=project, created_at__gt=since, created_at__lte=now).order_by("created_at")
    columns = ("pk", "created_at", "view", "header__manufacturer")
    return [
        Arrival(pk, at, *view_and_maker(view, str(maker or ""))) for pk, at, view, maker in rows.values_list(*columns)
    ]


def said_of(
    project: Project,
    finding: str,
    results: Iterable[FirstResult],
    since: datetime,
    now: datetime,
    person: Person | None,
) -> Said:
    """Of images that came after `since` and are not hidden from the person."""
    first = {one.image: one for one in results}
    rows = Prediction.objects.filter(image__project=project, image__created_at__gt=since, image__created_at__lte=now)
    failed = closed(rows.filter(finished_at=None, job__state=Job.State.FAILED), "image", person)
    codes = dict(failed.values_list("image", "job__error_code"))
    refused = [one.image for one in first.values() if one.verdict == REFUSED]
    checks = closed(rows.filter(document__gate__verdict=REFUSED), "image", person)
    told = dict(checks.values_list("image", "document__gate__checks")) if refused else {}
    return Said(
        results=first,
        given_up={image: code or "not stated" for image, code in codes.items() if image not in first},
        reasons={image: _failed_checks(told.get(image)) for image in refused},
        reversals=_reversals(project, finding, since, now, person),
    )


def counts_of(images: Iterable[Arrival], said: Said) -> dict[str, Any]:
    """Of these images. refused: by the model's gate or given up, of those that are done with."""
    own = [one.image for one in images]
    results = [said.results[one] for one in own if one in said.results]
    given_up = [said.given_up[one] for one in own if one in said.given_up]
    refused = sum(one.verdict == REFUSED for one in results) + len(given_up)
    seconds = [one.seconds for one in results]
    judged = [value for one in own for value in said.reversals.get(one, [])]
    return {
        "images": len(own),
        "answered": len(results),
        "refused": _share(refused, len(results) + len(given_up)),
        "reasons": dict(_reasons(own, said).most_common()),
        "median_seconds": round(float(np.median(seconds)), 3) if seconds else None,
        "p95_seconds": round(float(np.quantile(seconds, 0.95)), 3) if seconds else None,
        "reversed": _share(sum(judged), len(judged)),
    }


def _reasons(images: Iterable[UUID], said: Said) -> Counter[str]:
    return Counter(
        reason
        for one in images
        for reason in (*said.reasons.get(one, ()), *([said.given_up[one]] if one in said.given_up else ()))
    )


def _share(count: int, n: int) -> dict[str, Any]:
    low, high = wilson_interval(count, n) if n else (None, None)
    return {"value": count / n if n else None, "low": low, "high": high, "count": count, "n": n}


def _failed_checks(checks: Any) -> list[str]:
    found = [str(one.get("name") or "not stated") for one in checks or [] if one.get("passed") is False]
    return found or ["not stated"]


def _reversals(
    project: Project, finding: str, since: datetime, now: datetime, person: Person | None
) -> dict[UUID, list[bool]]:
    rows = CaseReview.objects.current().judging().filter(
        image__project=project, image__created_at__gt=since, image__created_at__lte=now, finding=finding
    )  # fmt: skip
    found: dict[UUID, list[bool]] = {}
    for image, verdict in closed(rows, "image", person).values_list("image", "verdict"):
        found.setdefault(image, []).append(verdict in REVERSED)
    return found
