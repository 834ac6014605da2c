"""An admin starts the silent trial of a candidate: refused unless it passed its rehearsal under the plan in force, which says how
long a trial goes on."""

from django.db import transaction
from django.db.models import Max

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_start_silent_trial
from webapp.archive.models import Project
from webapp.change_plans.models import ChangePlan
from webapp.change_plans.plan_body import SilentTrial as AskedTrial
from webapp.change_plans.propose_plan import plan_in_force, require_whole
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.deployments.services import BundleRefused, check_file
from webapp.refused import Refused
from webapp.rehearsals.activation import why_not_in_service
from webapp.rehearsals.ask import require_comparable
from webapp.rehearsals.models import Rehearsal
from webapp.silent_trials.end import end_if_due
from webapp.silent_trials.models import SilentTrial


class TrialRefused(Refused):
    """Nothing is started, or ended."""


def running_trial(project: Project) -> SilentTrial | None:
    """The one that has not ended."""
    return SilentTrial.objects.filter(project=project, end=None).select_related("project", "plan").first()


def start_trial(user: User, project: Project, candidate: DeployedBundle) -> SilentTrial:
    """The new trial: images that are stored from now on count. Raises Refused (403, 409) with the reason."""
    TrialRefused.require(may_start_silent_trial(user))
    try:
        check_file(candidate)  # reads it whole: before the lock is taken
    except BundleRefused as problem:
        raise TrialRefused("candidate_file", str(problem)) from problem
    with transaction.atomic():
        every = list(Project.objects.select_for_update().order_by("pk"))  # numbers are of the site
        project = next(one for one in every if one.pk == project.pk)
        plan, asked = _plan(project)
        require_comparable(candidate, _in_service(project), plan)
        rehearsal = _passed(candidate, project, plan, user)
        _require_none_running(project)
        last = SilentTrial.objects.aggregate(last=Max("number"))["last"] or 0
        row = SilentTrial(
            number=last + 1, project=project, plan=plan, plan_sha256=plan.sha256, rehearsal=rehearsal,
            candidate_id=candidate.pk, in_service_id=project.active_bundle, service_number=service_number(project),
            least_images=asked.least_images, most_days=asked.most_days, created_by=user,
        )  # fmt: skip
        row.save()
        audit.record(user, "silent_trial.start", f"bundle:{candidate.pk}", number=row.number, plan=plan.sha256)
    return row


def service_number(project: Project) -> int:
    """Of the last change of the model in service; 0 where none is known."""
    return ServiceChange.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0


def _plan(project: Project) -> tuple[ChangePlan, AskedTrial]:
    plan = plan_in_force(project)
    if plan is None:
        raise TrialRefused("no_plan", f"{project.name} has no change plan in force: it says how long a trial goes on.")
    require_whole(plan)
    asked = plan.body_model().silent_trial
    if asked is None:
        raise TrialRefused("not_asked", f"{plan.code}, which is in force, asks for no silent trial.")
    return plan, asked


def _in_service(project: Project) -> DeployedBundle:
    row = DeployedBundle.objects.filter(pk=project.active_bundle).first() if project.active_bundle else None
    if row is None:
        raise TrialRefused("no_model", f"No model is in service in {project.name} to run a candidate beside.")
    return row


def _passed(candidate: DeployedBundle, project: Project, plan: ChangePlan, user: User) -> Rehearsal:
    why = why_not_in_service(candidate, project, user)
    if why:
        raise TrialRefused("not_rehearsed", f"{candidate} cannot be tried in silence. {why}")
    rows = Rehearsal.objects.filter(project=project, candidate_id=candidate.pk, plan=plan, verdict__passed=True)
    found: Rehearsal = rows.latest("number")
    return found


def _require_none_running(project: Project) -> None:
    row = running_trial(project)
    if row is not None and end_if_due(row) is None:
        raise TrialRefused("under_way", f"{row.code.capitalize()} is under way in {project.name}: one at a time.")
