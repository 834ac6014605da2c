"""The section of the page of models: what each signal reads now, in the project that the page shows. For managers and admins."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from webapp.accounts.policy import may_watch_models
from webapp.archive.models import Project
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.watching.signals import SignalReading, read_signal

AS_SHARES = ("override_rate", "refusal_rate", "sensitivity", "specificity")


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """None for those whose affair it is not: nothing of it is in their page."""
    if may_watch_models(request.user) is not None:
        return None
    project = Project.objects.filter(slug=request.GET.get("project", "")).first() or Project.default()
    return {"project": project, "signals": signal_rows(project)}


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
