"""Lifting a rule that fired: by a person whom the plan names as an approver and who did not write it, with a reason."""

from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_see_change_plans
from webapp.change_plans.plan_body import APPROVERS
from webapp.change_plans.two_persons import given_reason, locked
from webapp.refused import Refused
from webapp.stop_rules.models import Evaluation, Firing, FiringLift
from webapp.withholding.steps import lift_withholding


class LiftRefused(Refused):
    """Nothing was lifted."""


def require_may_lift(user: User, firing: Firing) -> None:
    """Raises LiftRefused (403) with who may."""
    LiftRefused.require(may_see_change_plans(user))
    roles = firing.plan.body_model().approvers
    if user.role not in roles:
        who = " or ".join(APPROVERS[role] for role in roles)
        raise LiftRefused(
            "wrong_role", f"{firing.code} is lifted by {who}; you are signed in as {user.role}.", http=403
        )
    if firing.plan.created_by_id == user.pk:
        text = f"You wrote {firing.plan.code} yourself: a second person lifts what its rules did."
        raise LiftRefused("own_proposal", text, http=403)


def lift(user: User, firing: Firing, reason: str) -> FiringLift:
    """From the commit on scores that this firing withheld are shown again, unless another rule withholds them too. Raises Refused:
    400 without a reason, 403 for who may not, 409 where it was lifted already."""
    require_may_lift(user, firing)
    said = given_reason(reason)
    with transaction.atomic():
        locked(firing.project)
        earlier = FiringLift.objects.filter(firing=firing).select_related("created_by").first()
        if earlier:
            raise LiftRefused("lifted", f"{firing.code} was lifted by {earlier.created_by} already.")
        last = Evaluation.objects.filter(plan=firing.plan, rule=firing.rule).first()
        row = FiringLift(firing=firing, after=last.number if last else 0, reason=said, created_by=user)
        row.save()
        if firing.withholding:
            lift_withholding(firing.withholding, user, said)
        target = f"project:{firing.project_id}"  # type: ignore[attr-defined]
        audit.record(user, "stop_rule.lift", target, rule=firing.code, plan=firing.plan.code, reason=said)
    return row
