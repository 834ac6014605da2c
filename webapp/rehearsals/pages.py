"""`/models/rehearsals/`: what was rehearsed, what came of it, and what a person must look at before service."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from webapp import audit
from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal, may_ask_rehearsal, may_see_rehearsals, require_person
from webapp.archive.models import Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.csv_text import csv_text
from webapp.deployments.models import DeployedBundle
from webapp.form_action import act
from webapp.rehearsals.ask import ask_rehearsal
from webapp.rehearsals.learning import MOST, learning_of
from webapp.rehearsals.misses import REASON_CHARACTERS, open_misses, tick
from webapp.rehearsals.models import Rehearsal
from webapp.rehearsals.replay import retry_failed
from webapp.rehearsals.replay_rows import replay_context
from webapp.rehearsals.report_file import rehearsal_report
from webapp.rehearsals.rows import (
    COLUMNS,
    bundle_names,
    export_document,
    export_rows,
    miss_rows,
    state_of,
    withheld_cases,
)
from webapp.rehearsals.verdict_rows import verdict_context

ON_DESK = 3


@login_required
@require_safe
def rehearsals(request: HttpRequest) -> HttpResponse:
    """All of them, newest first, and the form that asks for another."""
    person = _require_viewer(request)
    context = {**_listed(None), "may_ask": may_ask_rehearsal(person) is None, **_choices()}
    context["learnt"] = [
        {**one, "own": learning_of(one["row"], withheld_cases(one["row"], person) == 0)}
        for one in [one for one in context["rehearsals"] if hasattr(one["row"], "verdict")][:MOST]
    ]
    return _no_store(render(request, "rehearsals/rehearsals.html", context))


@login_required
@require_safe
def rehearsal(request: HttpRequest, number: int) -> HttpResponse:
    """One of them."""
    person = _require_viewer(request)
    row = _row(number)
    context: dict[str, Any] = {"row": row, "names": bundle_names(row), "state": state_of(row)}
    context |= {"candidate": context["names"].get(row.candidate_id, row.candidate_id[:12])}
    context |= {"in_service": context["names"].get(row.in_service_id, row.in_service_id[:12])}
    if hasattr(row, "verdict"):
        misses = miss_rows(row, person)
        audit.record(person, "see_rehearsal", f"bundle:{row.candidate_id}", number=row.number, misses=len(misses))
        context |= {**verdict_context(row), "replay": replay_context(row, person), "misses": misses}
        context["learning_rows"] = [
            {"candidate": context["candidate"], "own": learning_of(row, not withheld_cases(row, person))}
        ]
        context |= {
            "may_ask": may_ask_rehearsal(person) is None,
            "open_misses": open_misses(row),
            "hidden": len(row.verdict.report["misses"]) - len(misses),
            "reason_characters": REASON_CHARACTERS,
        }
    return _no_store(render(request, "rehearsals/rehearsal.html", context))


@login_required
@require_safe
def export(request: HttpRequest, number: int) -> HttpResponse:
    """`?as=csv`: the gates; else everything but the images, as JSON."""
    person = _require_viewer(request)
    row = _row(number)
    if request.GET.get("as") == "csv":
        text = csv_text(COLUMNS, export_rows(row))
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    else:
        response = JsonResponse(export_document(row, person), json_dumps_params={"indent": 1, "sort_keys": True})
    suffix = "csv" if request.GET.get("as") == "csv" else "json"
    response.headers["Content-Disposition"] = f'attachment; filename="rehearsal-{row.number}.{suffix}"'
    return _no_store(response)


@login_required
@require_safe
def export_report(request: HttpRequest, number: int) -> HttpResponse:
    """One HTML file, to keep and to print."""
    person = _require_viewer(request)
    row = _row(number)
    audit.record(person, "export_rehearsal_report", f"bundle:{row.candidate_id}", number=row.number)
    response = HttpResponse(rehearsal_report(row, person))
    response.headers["Content-Disposition"] = f'attachment; filename="rehearsal-{row.number}.html"'
    return _no_store(response)


@form_post("rehearsals")
def ask(request: HttpRequest) -> HttpResponse:
    """Of one candidate in one project."""
    person = require_person(request.user)
    _require(may_ask_rehearsal(person))
    project = get_object_or_404(Project, slug=request.POST.get("project", ""))
    candidate = get_object_or_404(DeployedBundle, pk=request.POST.get("candidate", ""))
    work = partial(ask_rehearsal, person, project, candidate)
    return act(request, work, f"{candidate} is rehearsed in the background; new images come first.", "rehearsals")


@form_post("rehearsals")
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """All reviewed cases of it that failed, once more."""
    person, row = _require_viewer(request), _row(number)
    return act(request, partial(retry_failed, person, row), "Tried again in the background.", "rehearsal", number)


@form_post("rehearsals")
def tick_miss(request: HttpRequest, number: int) -> HttpResponse:
    """One case, with a reason."""
    person, row, form = _require_viewer(request), _row(number), request.POST
    work = partial(tick, person, row, *(form.get(name, "") for name in ("image", "finding", "reason")))
    return act(request, work, "Ticked off, with your name and reason.", "rehearsal", number)


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """The newest ones, for managers and admins."""
    if may_see_rehearsals(request.user) is not None:  # type: ignore[arg-type]
        return None
    return _listed(ON_DESK)


def _listed(most: int | None) -> dict[str, Any]:
    rows = Rehearsal.objects.select_related("project", "plan", "reference_set", "verdict", "stop", "created_by")[:most]
    listed = []
    for row in rows:
        names = bundle_names(row)
        listed.append(
            {
                "row": row,
                "candidate": names.get(row.candidate_id, row.candidate_id[:12]),
                "in_service": names.get(row.in_service_id, row.in_service_id[:12]),
                "state": state_of(row),
                "open": open_misses(row),
            }
        )
    return {"rehearsals": listed}


def _choices() -> dict[str, Any]:
    projects = [project for project in Project.objects.order_by("name", "slug") if plan_in_force(project)]
    return {"projects": projects, "candidates": DeployedBundle.objects.defer("manifest", "card")}


def _row(number: int) -> Rehearsal:
    found = Rehearsal.objects.select_related(
        "project", "plan", "reference_set", "verdict", "stop", "created_by"
    ).filter(number=number)
    row = found.first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def _require_viewer(request: HttpRequest) -> User:
    person = require_person(request.user)
    _require(may_see_rehearsals(person))
    return person


def _require(refusal: Refusal | None) -> None:
    if refusal:
        raise PermissionDenied(refusal.text)


def _no_store(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
