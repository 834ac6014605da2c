"""The section of the page of models: the plan in force, the locked set, and what waits for whom. For managers and admins."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from webapp.accounts.models import User
from webapp.accounts.policy import may_see_change_plans, require_person
from webapp.archive.models import Project
from webapp.change_plans.documents import PEOPLE, name_of
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.reference_sets import reference_set_in_force

PLACE, TEMPLATE = 30, "change_plans/desk.html"


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """None for those whose affair it is not: nothing of it is in their page."""
    if may_see_change_plans(request.user) is not None:
        return None
    person = require_person(request.user)
    projects = list(Project.objects.order_by("name", "slug"))
    return {"rows": [_row(project, person) for project in projects], "many": len(projects) > 1}


def _row(project: Project, person: User) -> dict[str, Any]:
    waiting = [
        {
            "row": row,
            "by": name_of(row),
            "is_own": row.created_by_id == person.pk,  # type: ignore[attr-defined]
            "address": reverse(page, args=[project.slug, row.version]),
        }
        for rows, page in ((ChangePlan, "change_plan"), (ReferenceSet, "reference_set"))
        for row in rows.objects.filter(project=project, decision=None).select_related(*PEOPLE)
    ]
    return {
        "project": project,
        "plan": plan_in_force(project),
        "set": reference_set_in_force(project),
        "waiting": waiting,
    }
