"""What a bundle is to this site: told by the projects in which it answers and by what happened to it, kept in no column."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models

from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle


class State(models.TextChoices):
    REGISTERED = "registered", "Registered"
    ACTIVE = "active", "In service"
    RETIRED = "retired", "Retired"
    FAILED = "failed", "Taken out"


@dataclass(frozen=True)
class BundleState:
    """projects: where it answers. also: what rooms above say of it, as short words."""

    code: State
    projects: tuple[Project, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """`In service`; of several projects `In service in 2 projects`."""
        count = len(self.projects)
        return f"{self.code.label} in {count} projects" if count > 1 else str(self.code.label)


# What rooms above know of bundles (of a rehearsal, a trial): by id, of those asked for. Each registers in its AppConfig.ready.
more_states: list[Callable[[Collection[str]], Mapping[str, Sequence[str]]]] = []


def states_of(bundles: Iterable[DeployedBundle]) -> dict[str, BundleState]:
    """By id, with one query for all, and those of the rooms above."""
    listed = {bundle.pk: bundle for bundle in bundles}
    projects: dict[str, list[Project]] = defaultdict(list)
    for project in Project.objects.filter(active_bundle__in=listed).order_by("name", "slug"):
        projects[project.active_bundle].append(project)
    told = [source(listed.keys()) for source in more_states]
    return {
        key: BundleState(
            _code(bundle, bool(projects[key])),
            tuple(projects[key]),
            tuple(word for words in told for word in words.get(key, ())),
        )
        for key, bundle in listed.items()
    }


def _code(bundle: DeployedBundle, is_in_service: bool) -> State:
    if is_in_service:
        return State.ACTIVE
    if bundle.taken_out_at is not None:
        return State.FAILED
    return State.RETIRED if bundle.activated_at is not None else State.REGISTERED
