"""What everybody who sees the page of models may know of silent trials: that there is one, and when it began and ended."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle
from webapp.silent_trials.models import SilentTrial


def marks(project: Project, since: datetime) -> Iterator[tuple[datetime, str]]:
    """On the bar of a project's history."""
    rows = list(SilentTrial.objects.filter(project=project, created_at__gte=since).select_related("end", "created_by"))
    names = DeployedBundle.objects.defer("manifest", "card").in_bulk({row.candidate_id for row in rows})
    for row in rows:
        candidate = names.get(row.candidate_id, row.candidate_id[:12])
        yield row.created_at, f"{row.code} of {candidate} began, by {row.created_by.username}"
        if hasattr(row, "end"):
            yield row.end.created_at, f"{row.code} of {candidate} ended: {row.end.get_code_display()}"


def states(bundles: Collection[str]) -> Mapping[str, Sequence[str]]:
    """By bundle id."""
    running = SilentTrial.objects.filter(candidate_id__in=bundles, end=None).select_related("project")
    found: dict[str, list[str]] = {}
    for row in running.order_by("number"):
        found.setdefault(row.candidate_id, []).append(f"in a silent trial in {row.project.name}")
    return found
