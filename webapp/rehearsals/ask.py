"""An admin asks for a rehearsal of a candidate: refused unless everything it rests on is fixed beforehand."""

from django.db import transaction
from django.db.models import Max

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_ask_rehearsal
from webapp.archive.models import Project
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.reference_sets import reference_set_in_force, require_usable
from webapp.deployments.models import DeployedBundle
from webapp.refused import Refused
from webapp.rehearsals.models import Rehearsal
from webapp.work.jobs.cancel import retry
from webapp.work.jobs.create import AUTOMATIC, create_job
from webapp.work.models import Job

REHEARSE = "rehearse"
LOWEST = AUTOMATIC - 10  # behind whatever else there is to do
SAME = ("task", "input")  # parts of a manifest in which a candidate may not differ


class RehearsalRefused(Refused):
    """Nothing is rehearsed, or ticked."""


def job_key(rehearsal: Rehearsal, turn: int) -> str:
    """Idempotency key of one turn; those of a rehearsal begin alike."""
    return f"{REHEARSE}:{rehearsal.pk}:{turn}"


def last_job(rehearsal: Rehearsal) -> Job | None:
    """The job of its newest turn."""
    return Job.objects.filter(idempotency_key__startswith=f"{REHEARSE}:{rehearsal.pk}:").order_by("-created_at").first()


def is_over(rehearsal: Rehearsal) -> bool:
    """It has a verdict, or was stopped."""
    return hasattr(rehearsal, "verdict") or hasattr(rehearsal, "stop")


def ask_rehearsal(user: User, project: Project, candidate: DeployedBundle) -> Rehearsal:
    """The new rehearsal, queued; or the one of the same candidate, plan and set that was given up, tried again.

    Raises RehearsalRefused (403, 409) with the reason, PlanRefused for a reference set that is not as it was locked.
    """
    RehearsalRefused.require(may_ask_rehearsal(user))
    made = reference_set_in_force(project)
    if made is not None:
        require_usable(made)  # reads every file: before the lock is taken
    with transaction.atomic():
        every = list(Project.objects.select_for_update().order_by("pk"))  # numbers are of the site
        project = next(one for one in every if one.pk == project.pk)
        plan = _plan(project)
        made = _same_set(made, reference_set_in_force(project))
        in_service = _in_service(project)
        require_comparable(candidate, in_service, plan)
        earlier = _unfinished(project, candidate)
        if earlier is not None:
            return earlier
        last = Rehearsal.objects.aggregate(last=Max("number"))["last"] or 0
        row = Rehearsal(
            number=last + 1, project=project, plan=plan, plan_sha256=plan.sha256, reference_set=made,
            reference_sha256=made.sha256, candidate_id=candidate.pk, in_service_id=in_service.pk, created_by=user,
        )  # fmt: skip
        row.save()
        create_job(REHEARSE, {"rehearsal": str(row.pk)}, job_key(row, 0), LOWEST)
        audit.record(user, "rehearsal.ask", f"bundle:{candidate.pk}", number=row.number, plan=plan.sha256)
    return row


def _plan(project: Project) -> ChangePlan:
    plan = plan_in_force(project)
    if plan is None:
        raise RehearsalRefused("no_plan", f"{project.name} has no change plan in force: the gates are fixed first.")
    return plan


def _same_set(checked: ReferenceSet | None, now: ReferenceSet | None) -> ReferenceSet:
    if now is None:
        raise RehearsalRefused("no_reference_set", "No reference set is locked: there is nothing to rehearse on.")
    if checked != now:
        raise RehearsalRefused("set_changed", f"{now.code} was locked in this moment; ask again.")
    return now


def _in_service(project: Project) -> DeployedBundle:
    row = DeployedBundle.objects.filter(pk=project.active_bundle).first() if project.active_bundle else None
    if row is None:
        raise RehearsalRefused("no_model", f"No model is in service in {project.name} to compare a candidate with.")
    return row


def require_comparable(candidate: DeployedBundle, in_service: DeployedBundle, plan: ChangePlan) -> None:
    """Raises RehearsalRefused where the candidate is the one in service, or differs in task, input or the plan's findings."""
    if candidate.pk == in_service.pk:
        raise RehearsalRefused("in_service", f"{candidate} is the model in service: a candidate is another one.")
    for part in SAME:
        own, other = candidate.manifest.get(part), in_service.manifest.get(part)
        if own != other:
            raise RehearsalRefused(
                f"other_{part}", f"{candidate} has another {part} than {in_service}, which is in service."
            )
    keys = [finding["key"] for finding in candidate.manifest["findings"]]
    lacking = next((key for key in plan.body_model().findings if key not in keys), None)
    if lacking:
        raise RehearsalRefused("other_findings", f"{candidate} has no finding {lacking}, which {plan.code} asks for.")


def _unfinished(project: Project, candidate: DeployedBundle) -> Rehearsal | None:
    """A rehearsal of the candidate that was given up, queued again. Raises where one is under way."""
    rows = Rehearsal.objects.filter(project=project, candidate_id=candidate.pk, verdict=None, stop=None)
    row = rows.first()
    if row is None:
        return None
    job = last_job(row)
    if job is not None and retry(job.pk):
        return row
    raise RehearsalRefused("under_way", f"{candidate} is being rehearsed already: {row.code}.")
