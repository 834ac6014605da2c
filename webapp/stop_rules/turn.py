"""Reads every rule of the plan in force of every project, keeps what was read, and acts once where a rule fires.

A rule that fired stays so until a person lifts it. After that it fires again only when it was seen within its limit meanwhile, or
when another model is in service: else the lift would last until the next look.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp import audit
from webapp.archive.models import Project
from webapp.change_plans.models import ChangePlan
from webapp.change_plans.plan_body import StopRule
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.two_persons import locked
from webapp.deployments.services import BundleRefused, roll_back
from webapp.stop_rules.judge import State, judged, reading_words
from webapp.stop_rules.mail import queue_mail
from webapp.stop_rules.models import Evaluation, Firing, FiringLift
from webapp.watching.signals import SignalReading, read_signal
from webapp.withholding.models import Withholding
from webapp.withholding.steps import withhold

logger = logging.getLogger(__name__)
EVERY_SECONDS = 300.0
KEPT_EVERY = timedelta(hours=1)
_looked_at = [-EVERY_SECONDS]


def look_now_and_then() -> None:
    """Called by each worker every few seconds; looks every EVERY_SECONDS."""
    if time.monotonic() - _looked_at[0] < EVERY_SECONDS:
        return
    _looked_at[0] = time.monotonic()
    look_at_rules()


def look_at_rules(now: datetime | None = None) -> list[Firing]:
    """The rules that fired now. What stops one rule, or another worker that was quicker, keeps no other from its turn."""
    fired = []
    for project in Project.objects.order_by("pk"):
        plan = plan_in_force(project)
        for number, rule in enumerate(plan.body_model().stop_rules if plan else [], start=1):
            try:
                firing = _look(project, plan, number, rule, now or timezone.now())  # type: ignore[arg-type]
            except IntegrityError:
                logger.info("rule S%d of %s was looked at by another worker", number, project.slug)
            except Exception:
                logger.exception("rule S%d of %s could not be looked at", number, project.slug)
            else:
                fired += [firing] if firing else []
    return fired


def _look(project: Project, plan: ChangePlan, number: int, rule: StopRule, now: datetime) -> Firing | None:
    reading, read_of = read_signal(project, rule.signal, now=now), project.active_bundle
    state = judged(rule, reading)
    with transaction.atomic():
        project = locked(project)
        if project.active_bundle != read_of:
            return None  # another model answers by now: this reading says nothing of it
        last = Evaluation.objects.filter(plan=plan, rule=number).first()
        fires = state == State.BEYOND and is_armed(plan, number, project.active_bundle)
        if not fires and not _is_due(last, state, project.active_bundle, now):
            return None
        kept = _keep(read_of, plan, rule, reading, state, number, last.number + 1 if last else 1)
        return _fire(project, plan, number, rule, kept) if fires else None


def is_armed(plan: ChangePlan, number: int, bundle_id: str) -> bool:
    """Whether the rule would fire on a reading beyond its limit."""
    firing = Firing.objects.filter(plan=plan, rule=number).order_by("-number").select_related("evaluation").first()
    if firing is None:
        return True
    lift = FiringLift.objects.filter(firing=firing).first()
    if lift is None:
        return False
    since = Evaluation.objects.filter(plan=plan, rule=number, number__gt=lift.after)
    return bundle_id != firing.evaluation.bundle_id or since.filter(state=State.WITHIN).exists()


def _is_due(last: Evaluation | None, state: State, bundle_id: str, now: datetime) -> bool:
    """Kept on a change and once an hour. A clock that was set back waits until it has caught up."""
    if last is None or last.state != state or last.bundle_id != bundle_id:
        return True
    return now - last.created_at >= KEPT_EVERY


def _keep(
    bundle_id: str, plan: ChangePlan, rule: StopRule, reading: SignalReading, state: State, number: int, at: int
) -> Evaluation:
    low, high = reading.interval or (None, None)
    row = Evaluation(
        plan=plan, rule=number, number=at, state=state, bundle_id=bundle_id,
        value=reading.value, n=reading.n, low=low, high=high, limit=rule.limit, why_not=(reading.why_not or "")[:500],
        created_at=reading.at,
    )  # fmt: skip
    row.save()
    return row


def _fire(project: Project, plan: ChangePlan, number: int, rule: StopRule, kept: Evaluation) -> Firing:
    why = reading_words(rule, kept.value, kept.n)  # type: ignore[arg-type]  # one beyond its limit has a value
    withheld, did = _act(project, f"S{number}", plan.code, rule.action, why)
    before = Firing.objects.filter(plan=plan, rule=number).count()
    firing = Firing(
        project=project, plan=plan, rule=number, number=before + 1, evaluation=kept, action=rule.action, did=did,
        withholding=withheld, created_at=kept.created_at,
    )  # fmt: skip
    firing.save()
    queue_mail(firing)
    details = {"plan": plan.code, "rule": f"S{number}", "signal": rule.signal, "did": did}
    audit.record(None, "stop_rule.fire", f"project:{project.pk}", **details)
    return firing


def _act(project: Project, code: str, plan: str, action: str, why: str) -> tuple[Withholding | None, str]:
    """What was withheld, if anything, and what happened in words."""
    if action == "tell":
        return None, why
    if action == "hide":
        return withhold(project, code, plan, why), f"Scores are withheld. {why}"
    try:
        with transaction.atomic():
            change = roll_back(None, project=project, why=f"Rule {code} of {plan}: {why}"[:500])[0]
    except BundleRefused as refused:
        return withhold(project, code, plan, why), f"Scores are withheld: {refused} {why}"[:500]
    return None, f"Rolled back to {change.bundle}. {why}"[:500]
