"""Operating points that stand in place of a bundle's own. The room that keeps them registers here; without it there are none."""

from collections.abc import Callable, Mapping

from inference.manifest import OperatingPoint
from webapp.archive.models import Project

PointSource = Callable[[Project, str], Mapping[str, OperatingPoint]]
point_sources: list[PointSource] = []


class PointsInForce:
    """By finding key, for results that begin now; asked for once per project and bundle of a batch."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, str], dict[str, OperatingPoint]] = {}

    def of(self, project: Project, bundle_id: str) -> dict[str, OperatingPoint]:
        """The points that stand in place of this bundle's own in this project."""
        place = (project.pk, bundle_id)
        if place not in self._found:
            self._found[place] = {
                key: point for source in point_sources for key, point in source(project, bundle_id).items()
            }
        return self._found[place]
