"""Images that never train, whatever is known of them. Rooms above register whose they are, with the reason that people read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from webapp.archive.models import Project


@dataclass(frozen=True)
class KeptBack:
    """code, text: as left_out.csv names it. images: ids of a project's images, every image of each such patient."""

    code: str
    text: str
    images: Callable[[Project], Iterable[UUID]]


kept_back: list[KeptBack] = []


def kept_back_of(project: Project) -> dict[UUID, KeptBack]:
    """Image -> the first rule that keeps it out of training."""
    found: dict[UUID, KeptBack] = {}
    for rule in kept_back:
        for image in rule.images(project):
            found.setdefault(image, rule)
    return found
