"""The rules that fired in a month, for the monthly report of a project."""

from datetime import UTC, datetime

from reports.html_report import Section, Table
from webapp.accounts.policy import Person, may_see_change_plans
from webapp.archive.models import Project
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.stop_rules.models import Firing

HEADER = ("When (UTC)", "Rule", "Signal", "Read (95 %)", "n", "Limit", "What happened", "Lifted")
MOMENT = "%Y-%m-%d %H:%M"


def fired_in_month(project: Project, start: datetime, end: datetime, person: Person) -> Section | None:
    """None for those whose affair rules are not."""
    if may_see_change_plans(person) is not None:
        return None
    rows = Firing.objects.filter(project=project, created_at__gte=start, created_at__lt=end)
    rows = rows.select_related("plan", "evaluation", "lift", "lift__created_by").order_by("created_at")
    if not rows:
        return Section("Stop rules that fired", ["No stop rule fired in this month."])
    return Section("Stop rules that fired", tables=[Table(HEADER, [_row(firing) for firing in rows])])


def _row(firing: Firing) -> tuple[str, ...]:
    read, signal = firing.evaluation, STOP_SIGNALS[firing.plan.body_model().stop_rules[firing.rule - 1].signal]
    interval = "" if read.low is None else f" ({read.low:.3f} … {read.high:.3f})"
    value = read.why_not if read.value is None else f"{read.value:.3f}{interval}"
    rule = f"{firing.code} of {firing.plan.code}"
    when = f"{firing.created_at.astimezone(UTC):{MOMENT}}"
    return when, rule, signal.title, value, str(read.n), f"{read.limit:g}", firing.did, _lifted(firing)


def _lifted(firing: Firing) -> str:
    lift = getattr(firing, "lift", None)
    if lift is None:
        return "not lifted"
    who = lift.created_by.username if lift.created_by else "somebody"
    return f"{who} on {lift.created_at.astimezone(UTC):{MOMENT}}: {lift.reason}"
