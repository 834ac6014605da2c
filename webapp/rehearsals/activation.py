"""Where a project has a change plan, a bundle goes into service only with a rehearsal that passed under that very plan."""

from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals.misses import open_misses
from webapp.rehearsals.models import Rehearsal


def why_not_in_service(bundle: DeployedBundle, project: Project, user: User | None) -> str | None:
    """The sentence; None without a plan, and for a candidate that passed and whose new misses a person has looked at."""
    plan = plan_in_force(project)
    if plan is None or project.active_bundle == bundle.pk:
        return None
    rows = Rehearsal.objects.filter(project=project, candidate_id=bundle.pk).select_related("verdict", "plan")
    last = rows.filter(plan=plan, plan_sha256=plan.sha256, verdict__isnull=False).first()
    if last is None:
        earlier = rows.filter(verdict__isnull=False).first()
        since = f" ({earlier.code} was under {earlier.plan.code})" if earlier else ""
        return f"It was not rehearsed under {plan.code}, which is in force{since}."
    if not last.verdict.passed:
        return f"It did not pass {last.code} under {plan.code}: a new plan or a new candidate is needed."
    if last.in_service_id != project.active_bundle:
        return f"{last.code.capitalize()} compared it with another model than the one in service now: rehearse it anew."
    waiting = open_misses(last)
    if waiting:
        return f"{waiting} new false negatives of {last.code} wait for a named person."
    return None
