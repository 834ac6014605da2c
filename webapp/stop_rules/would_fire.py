"""Which rules of a plan that is not in force yet would fire with what their signals read now."""

from django.utils import timezone

from webapp.archive.models import Project
from webapp.change_plans.fires_now import FiresNow
from webapp.change_plans.plan_body import PlanBody
from webapp.stop_rules.judge import State, judged, reading_words
from webapp.watching.signals import read_signal


def would_fire(project: Project, body: PlanBody) -> list[FiresNow]:
    """Figures are of the plan's own primary finding."""
    found = []
    for number, rule in enumerate(body.stop_rules, start=1):
        reading = read_signal(project, rule.signal, now=timezone.now(), finding=body.primary_finding)
        if reading.value is not None and judged(rule, reading) == State.BEYOND:
            found.append(FiresNow(f"S{number}", reading_words(rule, reading.value, reading.n)))
    return found
