"""What a first look is asked: the findings of the model in service, whatever it said of this image and whether it has run yet."""

from dataclasses import dataclass

from webapp.archive.models import Project
from webapp.predictions.bundle_store import findings_in_service


@dataclass(frozen=True)
class Questions:
    """findings: key -> title, in the order of the model's manifest; none without a model, or where its file cannot be read."""

    bundle_id: str
    findings: dict[str, str]


def questions_of(project: Project) -> Questions:
    return Questions(project.active_bundle, findings_in_service(project))
