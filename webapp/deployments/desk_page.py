"""What the desk of models shows of its projects: what answers, how it came there, and what a change would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from webapp.archive.models import Project
from webapp.deployments.in_service import bundle_in_service, way_back
from webapp.deployments.manifest_rows import measured_on
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.deployments.service_history import MomentRefused, answered_at, asked_moment, changes_of, periods
from webapp.deployments.timeline import timeline
from webapp.predictions.requests import waiting_by_project

CHANGES_SHOWN = 50


@dataclass(frozen=True)
class ProjectNow:
    """change: since when and by whom; None where it is not known. back: what a roll back returns to. waiting: images."""

    project: Project
    bundle: DeployedBundle | None
    change: ServiceChange | None
    back: DeployedBundle | None
    waiting: int

    @property
    def is_unknown(self) -> bool:
        """Something answers that the registry does not have."""
        return bool(self.project.active_bundle) and self.bundle is None

    @property
    def measured(self) -> str:
        return measured_on(self.bundle.manifest) if self.bundle else ""


def projects_now() -> list[ProjectNow]:
    """By name."""
    Project.default()
    waiting = waiting_by_project()
    return [_now(project, waiting) for project in Project.objects.order_by("name", "slug")]


def _now(project: Project, waiting: Mapping[object, int]) -> ProjectNow:
    path = way_back(project) if project.active_bundle else []
    return ProjectNow(
        project=project,
        bundle=bundle_in_service(project),
        change=changes_of(project).first(),
        back=path[0] if path else None,
        waiting=waiting.get(project.pk, 0),
    )


def chosen(nows: list[ProjectNow], slug: str) -> ProjectNow:
    """The one that is asked for; else the default one."""
    named = {one.project.slug: one for one in nows}
    return named.get(slug) or named[Project.default().slug]


def history(project: Project, asked: str) -> dict[str, Any]:
    """The last changes, drawn and listed, and the answer to the question that the address asks."""
    shown = periods(project, CHANGES_SHOWN)
    section = {
        "project": project,
        "periods": shown,
        "count": changes_of(project).count(),
        "timeline": timeline(project, shown, timezone.now()),
    }
    if not asked:
        return section
    try:
        return {**section, "answered": answered_at(project, asked_moment(asked))}
    except MomentRefused as refused:
        return {**section, "refused": refused.text}
