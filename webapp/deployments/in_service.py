"""Which bundle is in service in which project, and the way back from it: each project has its own."""

from collections.abc import Iterable

from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle, ServiceChange

How = ServiceChange.How


def bundle_in_service(project: Project) -> DeployedBundle | None:
    """The one that answers in this project; None: images wait."""
    return DeployedBundle.objects.filter(pk=project.active_bundle).first() if project.active_bundle else None


def projects_of(bundle: DeployedBundle) -> list[Project]:
    """Where this bundle is in service, by name."""
    return list(Project.objects.filter(active_bundle=bundle.pk).order_by("name", "slug"))


def way_back(project: Project) -> list[DeployedBundle]:
    """Those that a roll back of the project comes to, step by step, nearest first; without any that was taken out by itself.

    Told by its changes of service: what is put in service lies on what was there before, going back takes away what lies on it.
    """
    path: list[str] = []
    rows = ServiceChange.objects.filter(project=project).order_by("number")
    for how, bundle_id in rows.values_list("how", "bundle_id"):
        _step(path, how, bundle_id)
    known = DeployedBundle.objects.filter(taken_out_at__isnull=True).defer("manifest", "card").in_bulk(set(path))
    steps = [bundle_id for bundle_id in reversed(path) if bundle_id in known or bundle_id == path[-1]]
    return [known[one] for one, after in zip(steps[1:], steps, strict=False) if one != after and one in known]


def _step(path: list[str], how: str, bundle_id: str | None) -> None:
    """path: ids, the last is in service."""
    if bundle_id is None:
        path.clear()
    elif how in (How.ROLLED_BACK, How.TAKEN_OUT) and bundle_id in path:
        while path[-1] != bundle_id:
            path.pop()
    elif not path or path[-1] != bundle_id:
        path.append(bundle_id)


def named(projects: Iterable[Project]) -> str:
    """Chest, Trauma and Ward 3."""
    *first, last = [project.name for project in projects]
    return f"{', '.join(first)} and {last}" if first else last
