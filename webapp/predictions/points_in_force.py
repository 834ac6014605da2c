"""Operating points that stand in place of a bundle's own. The room that keeps them registers here; without it there are none."""

from collections.abc import Callable, Mapping

from inference.manifest import OperatingPoint
from webapp.archive.models import Project

PointSource = Callable[[Project, str], Mapping[str, OperatingPoint]]
point_sources: list[PointSource] = []


def points_in_force(project: Project, bundle_id: str) -> dict[str, OperatingPoint]:
    """By finding key, for a result of this bundle that begins now."""
    return {key: point for source in point_sources for key, point in source(project, bundle_id).items()}
