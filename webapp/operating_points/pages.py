"""`/operating-points/`: the case mix of each project, its points, what is proposed and what was decided."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from inference.probability import fraction
from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import may_approve_point, may_propose_point, may_state_case_mix, require_person
from webapp.archive.models import Project
from webapp.form_action import act
from webapp.operating_points.bundle_curve import FEW_CASES, own_point
from webapp.operating_points.case_mix import SOURCE_CHARACTERS, case_mix_of, known_findings, state_case_mix
from webapp.operating_points.models import PointProposal
from webapp.operating_points.proposals import OWN, REASON_CHARACTERS, approved_point, decide, propose
from webapp.predictions.bundle_store import findings_in_service

PREVALENCE = "prevalence-"
DECIDED_SHOWN = 50  # newest first; earlier ones are in the audit record


@login_required
@require_safe
def operating_points(request: HttpRequest) -> HttpResponse:
    """Everybody reads what is stated; managers and admins state it."""
    person = require_person(request.user)
    Project.default()
    context = {
        "projects": [_section(person, project) for project in Project.objects.order_by("name", "slug")],
        "may_state": may_state_case_mix(person) is None,
        "may_propose": may_propose_point(person) is None,
        "source_characters": SOURCE_CHARACTERS,
        "reason_characters": REASON_CHARACTERS,
        "own_word": OWN,
    }
    response = render(request, "operating_points/operating_points.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@form_post("operating_points")
def change_case_mix(request: HttpRequest, slug: str) -> HttpResponse:
    """The fields of one project's form, all at once."""
    person, form = require_person(request.user), request.POST
    project = get_object_or_404(Project, slug=slug)
    percents = {name.removeprefix(PREVALENCE): str(form[name]) for name in form if name.startswith(PREVALENCE)}
    work = partial(
        state_case_mix, person, project, percents, *(form.get(name, "") for name in ("images_a_day", "source", "seen"))
    )
    return act(request, work, f"The case mix of {project} is kept.", "operating_points")


@form_post("operating_points")
def propose_point(request: HttpRequest, slug: str) -> HttpResponse:
    """One point of one finding, with a reason."""
    person, form = require_person(request.user), request.POST
    project = get_object_or_404(Project, slug=slug)
    work = partial(propose, person, project, *(form.get(name, "") for name in ("finding", "threshold", "reason")))
    return act(
        request, work, "The point is proposed; another manager or admin approves or declines it.", "operating_points"
    )


@form_post("operating_points")
def decide_point(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Approve, decline or withdraw the version that the person saw."""
    person, form = require_person(request.user), request.POST
    proposal = get_object_or_404(PointProposal.objects.select_related("project"), project__slug=slug, version=version)
    outcome = form.get("outcome", "")
    work = partial(decide, person, proposal, outcome, form.get("note", ""))
    return act(request, work, f"Version {version} is {outcome}.", "operating_points")


def _section(person: User, project: Project) -> dict[str, object]:
    mix = case_mix_of(project)
    stated = mix.prevalences if mix else {}
    rows = [
        {"key": key, "title": title, "field": PREVALENCE + key, "percent": _percent(stated.get(key))}
        for key, title in known_findings(project).items()
    ]
    titles = findings_in_service(project)
    history = PointProposal.objects.filter(project=project).select_related(
        "project", "created_by", "decision", "decision__created_by"
    )
    decided = history.filter(decision__isnull=False)
    return {
        "project": project,
        "mix": mix,
        "rows": rows,
        "titles": titles,
        "points": [_point(project, key, title) for key, title in titles.items()],
        "open": [_proposal(person, row, titles) for row in history.filter(decision__isnull=True)],
        "decided": [_proposal(person, row, titles) for row in decided[:DECIDED_SHOWN]],
        "decided_count": decided.count(),
    }


def _point(project: Project, key: str, title: str) -> dict[str, Any]:
    approved, own = approved_point(project, project.active_bundle, key), own_point(project.active_bundle, key)
    shares = own and f"sens {_measured(asdict(own.sensitivity))} · spec {_measured(asdict(own.specificity))}"
    return {"key": key, "title": title, "approved": approved, "own": own, "shares": shares}


def _measured(share: Mapping[str, Any]) -> str:
    """As the reading page writes it: .89 (.81 to .94, n 91), and "few: n 9" below FEW_CASES."""
    low, high = share["ci"]
    few = "few: " if share["n"] < FEW_CASES else ""
    return f"{fraction(share['value'])} ({fraction(low)} to {fraction(high)}, {few}n {share['n']})"


def _proposal(person: User, row: PointProposal, titles: dict[str, str]) -> dict[str, Any]:
    is_own = row.created_by == person
    return {
        "row": row,
        "title": titles.get(row.finding, row.finding),
        "shares": f"sensitivity {_measured(row.sensitivity)} · specificity {_measured(row.specificity)}",
        "decision": getattr(row, "decision", None),
        "is_current": row.bundle_id == row.project.active_bundle,
        "may_withdraw": is_own and may_propose_point(person) is None,
        "may_approve": may_approve_point(person, row) is None,
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.6g}"
