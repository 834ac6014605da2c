"""`/models/watching/`: how the model of one project does, week by week. For managers and admins."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_watch_models, require_person
from webapp.archive.models import Project
from webapp.csv_text import csv_text
from webapp.predictions.bundle_store import findings_in_service
from webapp.watching.compared import ESTIMATED, FIGURES
from webapp.watching.desk_section import chance_words, score_limit, signal_rows
from webapp.watching.drawing import cusum_line, pictures
from webapp.watching.month_file import AskedMonth, month_report
from webapp.watching.months import MonthRefused, asked_month, month_of
from webapp.watching.report import COLUMNS, Asked, export_rows, watching_report
from webapp.watching.signals import primary_finding

WEEKS = (12, 28, 52)
SHOWN_DAYS = 10


@login_required
@require_safe
def watching(request: HttpRequest) -> HttpResponse:
    """What is asked for by the address: project, finding, weeks, view, maker."""
    person = _require_watcher(request)
    projects, asked, findings = _asked(request)
    document = watching_report(asked, timezone.now(), person)
    context = {
        "asked": asked,
        "projects": projects,
        "findings": findings,
        "weeks": WEEKS,
        "document": document | {key: _in_words(document[key]) for key in ("weeks", "views", "makers")},
        "finding_title": findings.get(asked.finding, asked.finding),
        "figures": _figure_rows(document["whole"]),
        "pictures": pictures(document["periods"]),
        "periods": [_period_row(period) for period in document["periods"]],
        "cusum": cusum_line(document["weeks"], score_limit(asked.project)),
        "chance": chance_words(asked.project),
        "signals": signal_rows(asked.project),
        "days": document["days_without"][-SHOWN_DAYS:],
        "parted": [FIGURES[name] for name in document["whole"]["parts"]],
        "titles": FIGURES,
        "this_month": month_of(timezone.now()).code,
        "last_month": asked_month("", timezone.now()).code,
    }
    return _no_store(render(request, "watching/watching.html", context))


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """`?as=csv`: weeks, views and makers; else everything, as JSON."""
    person = _require_watcher(request)
    _, asked, _ = _asked(request)
    document = watching_report(asked, timezone.now(), person)
    layout = "csv" if request.GET.get("as") == "csv" else "json"
    audit.record(person, "export_watching", "project", project=asked.project.slug, layout=layout, weeks=asked.weeks)
    response: HttpResponse
    if layout == "csv":
        response = HttpResponse(csv_text(COLUMNS, export_rows(document)), content_type="text/csv; charset=utf-8")
    else:
        response = JsonResponse(document, json_dumps_params={"indent": 1, "sort_keys": True})
    response.headers["Content-Disposition"] = f'attachment; filename="watching-{asked.project.slug}.{layout}"'
    return _no_store(response)


@login_required
@require_safe
def export_month(request: HttpRequest) -> HttpResponse:
    """`?project=&month=2026-11`: one HTML file, to keep and to print."""
    person = _require_watcher(request)
    _, asked, findings = _asked(request)
    try:
        month = asked_month(request.GET.get("month", ""), now := timezone.now())
    except MonthRefused as refused:
        return HttpResponse(refused.text, status=refused.http, content_type="text/plain; charset=utf-8")
    audit.record(person, "export_month", "project", project=asked.project.slug, month=month.code)
    title = findings.get(asked.finding, asked.finding)
    page = month_report(AskedMonth(asked.project, month, asked.finding, title, person, now))
    response = HttpResponse(page)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="monitoring-{asked.project.slug}-{month.code}.html"'
    )
    return _no_store(response)


def _asked(request: HttpRequest) -> tuple[list[Project], Asked, dict[str, str]]:
    """What cannot be had is left at its default: the first project, the plan's primary finding, the fewest weeks."""
    Project.default()
    projects, given = list(Project.objects.order_by("name", "slug")), request.GET
    project = next((one for one in projects if one.slug == given.get("project")), Project.default())
    findings = findings_in_service(project)
    finding = next((key for key in findings if key == given.get("finding")), "")
    finding = finding or primary_finding(project) or next(iter(findings), "")
    weeks = next((one for one in WEEKS if str(one) == given.get("weeks")), WEEKS[0])
    return projects, Asked(project, finding, weeks, given.get("view", ""), given.get("maker", "")), findings


def _in_words(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the names of checks and faults as words; exports keep their codes."""
    return [
        row | {"reasons": {name.replace("_", " "): count for name, count in row["reasons"].items()}} for row in rows
    ]


def _figure_rows(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "measured": figure_words(whole["measured"][name]),
            "n": whole["measured"][name]["n"],
            "estimated": figure_words(whole["estimated"][name]) if name in ESTIMATED else "",
            "estimated_n": whole["estimated"][name]["n"] if name in ESTIMATED else "",
            "parts": name in whole["parts"],
        }
        for name, title in FIGURES.items()
    ]


def _period_row(period: dict[str, Any]) -> dict[str, Any]:
    cells = [
        {"measured": figure_words(period["measured"][name]), "estimated": figure_words(period["estimated"][name])}
        for name in ESTIMATED
    ]
    return {**period, "cells": cells, "parted": [FIGURES[name] for name in period["parts"]]}


def figure_words(figure: dict[str, Any]) -> str:
    """.812 (.701 … .902); empty where there is none."""
    if figure["value"] is None:
        return ""
    interval = "" if figure["low"] is None else f" ({figure['low']:.3f} … {figure['high']:.3f})"
    return f"{figure['value']:.3f}{interval}"


def _require_watcher(request: HttpRequest) -> User:
    person = require_person(request.user)
    refusal = may_watch_models(person)
    if refusal:
        raise PermissionDenied(refusal.text)
    return person


def _no_store(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
