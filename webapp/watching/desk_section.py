"""The section of the page of models: what each signal reads now, in the project that the page shows. For managers and admins."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from measures.watching.cusum import alarm_chance, limit_for, run_length
from webapp.accounts.policy import may_watch_models
from webapp.archive.models import Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.watching.signals import SignalReading, read_signal

AS_SHARES = ("override_rate", "refusal_rate", "sensitivity", "specificity")
YEAR, YEARS = 52, 10  # weeks


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """None for those whose affair it is not: nothing of it is in their page."""
    if may_watch_models(request.user) is not None:
        return None
    project = Project.objects.filter(slug=request.GET.get("project", "")).first() or Project.default()
    return {"project": project, "signals": signal_rows(project), "chance": chance_words(project)}


def signal_rows(project: Project) -> list[dict[str, Any]]:
    """Every signal in words, in the order of the plan's table."""
    now = timezone.now()
    return [_row(read_signal(project, key, now=now)) for key in STOP_SIGNALS]


def _row(reading: SignalReading) -> dict[str, Any]:
    signal = STOP_SIGNALS[reading.signal]
    return {"title": signal.title, "unit": signal.unit, "reading": reading, "figure": figure(reading)}


def figure(reading: SignalReading) -> str:
    """Value with its interval; empty where there is none."""
    if reading.value is None:
        return ""
    shown = _percent if reading.signal in AS_SHARES else _plain
    interval = "" if reading.interval is None else f" ({shown(reading.interval[0])} … {shown(reading.interval[1])})"
    return shown(reading.value) + interval


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _plain(value: float) -> str:
    return f"{value:.2f}"


def chance_words(project: Project) -> str:
    """How often the CUSUM's limit is passed though nothing changed: that of the plan in force, else the one proposed by default."""
    limit = score_limit(project)
    return (
        f"Shift of the scores: a limit of {limit:g} is passed by chance once in {run_length(limit):,.0f} weeks on average, within"
        f" a year with a chance of {100 * alarm_chance(YEAR, limit):.2g} %; once in {YEARS} years takes a limit of"
        f" {limit_for(YEARS * YEAR):.2f}."
    )


def score_limit(project: Project) -> float:
    """Of the CUSUM of scores, in the plan in force; else what a plan begins with."""
    plan, signal = plan_in_force(project), STOP_SIGNALS["score_shift"]
    rules = plan.body_model().stop_rules if plan else []
    return next((rule.limit for rule in rules if rule.signal == signal.key), signal.default_limit)
