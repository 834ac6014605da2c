"""Withhold the scores of a project, and lift it again. Who may is the caller's to know."""

from django.db import transaction
from django.db.models import Max

from webapp import audit
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.withholding.models import Withholding, WithholdingLift


@transaction.atomic
def withhold(project: Project, rule: str, plan: str, why: str) -> Withholding:
    """From the commit on nothing of the model is shown of the project's images."""
    last = Withholding.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    row = Withholding(project=project, number=last + 1, rule=rule, plan=plan, why=why)
    row.save()
    audit.record(None, "withholding.begin", f"project:{project.pk}", number=row.number, rule=rule, plan=plan)
    return row


@transaction.atomic
def lift_withholding(withholding: Withholding, user: User, reason: str) -> WithholdingLift:
    """Raises IntegrityError where another person was quicker."""
    row = WithholdingLift(withholding=withholding, reason=reason, created_by=user)
    row.save()
    target = f"project:{withholding.project_id}"  # type: ignore[attr-defined]
    audit.record(user, "withholding.lift", target, number=withholding.number, rule=withholding.rule, reason=reason)
    return row
