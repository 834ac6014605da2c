"""What a client may send with an activation or a roll back: for which project, why, and what it saw in service."""

from typing import Annotated

from pydantic import AfterValidator, Field

from webapp.archive.models import Project
from webapp.refused import Refused
from webapp.sent_body import SentBody, storable


class RollBackOrder(SentBody):
    """All of it is optional; an empty body means every project."""

    project: Annotated[str, Field(description="slug; null or left out: every project")] | None = None
    why: Annotated[
        str, AfterValidator(storable), Field(description="the reason, kept with the change; at most 500 characters")
    ] = ""

    def named_project(self) -> Project | None:
        """None: every project. Raises Refused (400) for one that is not there."""
        if self.project is None:
            return None
        found = Project.objects.filter(slug=self.project).first()
        if found is None:
            known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True))
            raise Refused("not_allowed", f"project {self.project[:60]!r} is not one of {known}", "project", http=400)
        return found


class ServiceOrder(RollBackOrder):
    """The same, and what was seen."""

    seen: (
        Annotated[
            str, Field(description="id of the bundle seen in service, empty for none; where another is by now: 409")
        ]
        | None
    ) = None

    def seen_by_project(self, project: Project | None) -> dict[str, str]:
        """As `activate` takes it: the one id for the project, or for each of them."""
        if self.seen is None:
            return {}
        rows = Project.objects.filter(pk=project.pk) if project else Project.objects.all()
        return dict.fromkeys(rows.values_list("slug", flat=True), self.seen)
