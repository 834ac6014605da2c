"""Where the plan in force asks for a silent trial, a bundle goes into service only after one that has all its images."""

from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.deployments.models import DeployedBundle
from webapp.silent_trials.models import SilentTrial


def why_not_in_service(bundle: DeployedBundle, project: Project, user: User | None) -> str | None:
    """The sentence; None where no trial is asked for, and for a candidate whose trial is complete."""
    plan = plan_in_force(project)
    if plan is None or plan.body_model().silent_trial is None or project.active_bundle == bundle.pk:
        return None
    rows = SilentTrial.objects.filter(project=project, candidate_id=bundle.pk, plan=plan, plan_sha256=plan.sha256)
    rows = rows.filter(in_service_id=project.active_bundle).select_related("end")
    if any(hasattr(row, "end") and row.end.is_complete for row in rows):
        return None
    last = rows.first()
    if last is None:
        return f"{plan.code} asks for a silent trial, and it had none beside the model in service."
    if not hasattr(last, "end"):
        return f"{last.code.capitalize()} of it is under way."
    return f"{last.code.capitalize()} of it is not complete. {last.end.text}"
