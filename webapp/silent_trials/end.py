"""How a silent trial ends: by its rule, because what it compares changed, or by a named person with a reason."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_start_silent_trial
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.two_persons import PlanRefused, given_reason
from webapp.deployments.service_history import changes_of
from webapp.operating_points.models import PointDecision
from webapp.predictions.run_mark import why_taken_out
from webapp.refused import Refused
from webapp.silent_trials.models import SilentAnswer, SilentEnd, SilentTrial

logger = logging.getLogger(__name__)
Code = SilentEnd.Code


def answers_of(trial: SilentTrial) -> int:
    """How many images the candidate has answered or refused."""
    return SilentAnswer.objects.filter(case__trial=trial).count()


def due_end(trial: SilentTrial) -> tuple[Code, str] | None:
    """Why the trial cannot go on, in words; None while it can. Nothing is written."""
    project = trial.project
    project.refresh_from_db()
    change = changes_of(project).first()
    if project.active_bundle != trial.in_service_id or (change.number if change else 0) != trial.service_number:
        return Code.MODEL_CHANGED, f"The model in service in {project.name} was changed while the trial ran."
    approved = PointDecision.objects.filter(outcome=PointDecision.Outcome.APPROVED, created_at__gt=trial.created_at)
    if approved.filter(proposal__project=project, proposal__bundle_id__in=trial.bundles).exists():
        return Code.POINTS_CHANGED, "An operating point of one of the two models was changed while the trial ran."
    plan = plan_in_force(project)
    if plan is None or plan.pk != trial.plan_id or plan.sha256 != trial.plan_sha256:  # type: ignore[attr-defined]
        now = plan.code if plan else "none"
        return Code.PLAN_CHANGED, f"{trial.plan.code}, by which it began, is not the plan in force any more: {now} is."
    if why := why_taken_out(trial.candidate_id):
        return Code.CANDIDATE, f"The candidate is not run any more: {why}"
    done = answers_of(trial)
    if done >= trial.least_images:
        return Code.IMAGES, f"{done} images came, as many as {trial.plan.code} asks for."
    if timezone.now() - trial.created_at >= timedelta(days=trial.most_days):
        text = f"{trial.most_days} days are over with {done} of {trial.least_images} images: not enough cases."
        return Code.DAYS, text
    return None


@transaction.atomic
def end(trial: SilentTrial, code: Code, text: str, user: User | None = None) -> SilentEnd | None:
    """The row; None where it had ended already. One at a time, whoever asks."""
    SilentTrial.objects.select_for_update().get(pk=trial.pk)
    if SilentEnd.objects.filter(trial=trial).exists():
        return None
    row = SilentEnd(trial=trial, code=code, text=text[:600], created_by=user)
    row.save()
    audit.record(user, "silent_trial.end", f"bundle:{trial.candidate_id}", number=trial.number, code=str(code))
    return row


def end_if_due(trial: SilentTrial) -> SilentEnd | None:
    """Ends it where it cannot go on."""
    due = due_end(trial)
    return end(trial, *due) if due else None


def end_due_trials() -> None:
    """Called by workers every few seconds."""
    for trial in SilentTrial.objects.filter(end=None).select_related("project", "plan"):
        end_if_due(trial)


def end_by_person(user: User, trial: SilentTrial, reason: str) -> SilentEnd:
    """Raises Refused: 400 for a reason that is none, 403, 409 where it has ended."""
    Refused.require(may_start_silent_trial(user))
    try:
        said = given_reason(reason)
    except PlanRefused as problem:
        raise Refused(problem.code, problem.text, "reason", http=400) from problem
    row = end(trial, Code.PERSON, f"Ended by {user.username}: {said}", user)
    if row is None:
        raise Refused("over", f"{trial.code.capitalize()} has ended already.")
    return row
