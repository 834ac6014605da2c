"""What stop rules did, on the bar of a project's history: whoever sees the page of models may know of it."""

from collections.abc import Iterator
from datetime import datetime

from webapp.archive.models import Project
from webapp.stop_rules.models import Firing, FiringLift

DID = {"tell": "told", "hide": "withheld the scores", "roll_back": "rolled back"}


def marks(project: Project, since: datetime) -> Iterator[tuple[datetime, str]]:
    """Without figures, which are on the page of stop rules."""
    for firing in Firing.objects.filter(project=project, created_at__gte=since).select_related("plan"):
        did = DID["hide"] if firing.withholding_id else DID[firing.action]  # type: ignore[attr-defined]
        yield firing.created_at, f"rule {firing.code} of {firing.plan.code} {did}"
    lifts = FiringLift.objects.filter(firing__project=project, created_at__gte=since)
    for row in lifts.select_related("firing__plan", "created_by"):
        who = row.created_by.username if row.created_by else "somebody"
        yield row.created_at, f"{who} lifted rule {row.firing.code} of {row.firing.plan.code}"
