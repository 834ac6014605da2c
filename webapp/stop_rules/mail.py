"""Mail that a rule fired: queued with the firing, sent by a worker, so that a slow server delays no rule and no page.

It names project, plan, rule and what the signal read: no patient, no image.
"""

import smtplib
import uuid

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_see_change_plans
from webapp.refused import Refused
from webapp.stop_rules.models import Firing
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.create import WATCHED, create_job
from webapp.work.jobs.kinds import JobPutBack, Result
from webapp.work.jobs.lease import Lease
from webapp.work.models import Job

MAIL = "stop_rule_mail"
LIMIT_SECONDS = 120.0
NOT_SET_UP = "Mail is not set up: whoever runs the site names recipients in SIGHTLINE_STOP_RULE_MAIL."


def queue_mail(firing: Firing) -> None:
    """Inside the firing's transaction; nothing where no recipient is named."""
    if settings.STOP_RULE_MAIL:
        create_job(MAIL, {"firing": str(firing.pk)}, f"{MAIL}:{firing.pk}", WATCHED)


@transaction.atomic
def queue_test_mail(user: User) -> Job:
    """Raises Refused: 403 for who may not, 409 where no recipient is named."""
    Refused.require(may_see_change_plans(user))
    if not settings.STOP_RULE_MAIL:
        raise Refused("no_recipient", NOT_SET_UP)
    audit.record(user, "stop_rule.test_mail", "site")
    return create_job(MAIL, {"asked_by": user.username}, f"{MAIL}:{uuid.uuid4()}", WATCHED)


def send(claim: Claim, lease: Lease) -> Result:
    """Raises JobPutBack where the server cannot be reached or refuses: it is tried again, and the page says so."""
    subject, text = _words(claim.job.payload)
    try:
        send_mail(subject, text, None, settings.STOP_RULE_MAIL)
    except (OSError, smtplib.SMTPException) as problem:
        raise JobPutBack("not_sent", f"The mail server did not take it ({type(problem).__name__}).") from None
    return Result()


def last_mail() -> Job | None:
    """The newest one, sent or not."""
    return Job.objects.filter(kind=MAIL).order_by("-created_at").first()


def _words(payload: dict[str, str]) -> tuple[str, str]:
    if "firing" not in payload:
        return "Sightline: test of mail of stop rules", f"{payload['asked_by']} asked for this test. No rule has fired."
    firing = Firing.objects.select_related("project", "plan").get(pk=payload["firing"])
    head = f"{firing.code} of {firing.plan.code} in {firing.project.name}"
    at = timezone.localtime(firing.created_at)
    text = f"Rule {head} fired at {at:%Y-%m-%d %H:%M}.\n{firing.did}\nIt is lifted at /models/stop-rules/ of this site."
    return f"Sightline: rule {firing.code} fired", text
