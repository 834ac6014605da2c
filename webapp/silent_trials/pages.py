"""`/models/silent/`: which candidate runs unseen, how far it is, and after its end what came of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from webapp import audit
from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import may_see_silent_trials, may_start_silent_trial, require, require_person
from webapp.archive.models import Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.two_persons import TEXT_CHARACTERS
from webapp.csv_text import csv_text
from webapp.deployments.models import DeployedBundle
from webapp.form_action import act
from webapp.silent_trials.end import end_by_person
from webapp.silent_trials.models import SilentTrial
from webapp.silent_trials.report import progress_of
from webapp.silent_trials.rows import (
    COLUMNS,
    TRIALS,
    counts_rows,
    export_document,
    export_rows,
    finding_cards,
    names_of,
    state_of,
)
from webapp.silent_trials.start import start_trial

ON_DESK = 3


@login_required
@require_safe
def silent_trials(request: HttpRequest) -> HttpResponse:
    """All of them, newest first, and the form that starts another."""
    person = _viewer(request)
    context = {**_listed(None), "may_start": may_start_silent_trial(person) is None, **_choices()}
    return _no_store(render(request, "silent_trials/silent_trials.html", context))


@login_required
@require_safe
def silent_trial(request: HttpRequest, number: int) -> HttpResponse:
    """One of them: figures only after its end."""
    person, row = _viewer(request), _row(number)
    context: dict[str, Any] = {"row": row, "names": names_of(row), "state": state_of(row)}
    context |= {"may_end": may_start_silent_trial(person) is None, "reason_characters": TEXT_CHARACTERS}
    if hasattr(row, "report"):
        audit.record(person, "see_silent_trial", f"bundle:{row.candidate_id}", number=row.number)
        context |= {"report": row.report.report, "cards": finding_cards(row)}
    counts = context.get("report") or progress_of(row)
    context |= {"counts": counts, "counts_rows": counts_rows(row, counts)}
    return _no_store(render(request, "silent_trials/silent_trial.html", context))


@login_required
@require_safe
def export(request: HttpRequest, number: int) -> HttpResponse:
    """`?as=csv`: the figures; else everything but the images, as JSON. Before the end: no figure."""
    person, row = _viewer(request), _row(number)
    suffix = "csv" if request.GET.get("as") == "csv" else "json"
    response: HttpResponse
    if suffix == "csv":
        response = HttpResponse(csv_text(COLUMNS, export_rows(row)), content_type="text/csv; charset=utf-8")
    else:
        response = JsonResponse(export_document(row), json_dumps_params={"indent": 1, "sort_keys": True})
    audit.record(person, "export_silent_trial", f"bundle:{row.candidate_id}", number=row.number)
    response.headers["Content-Disposition"] = f'attachment; filename="silent-trial-{row.number}.{suffix}"'
    return _no_store(response)


@form_post("silent_trials")
def start(request: HttpRequest) -> HttpResponse:
    """Of one candidate in one project."""
    person = require_person(request.user)
    require(may_start_silent_trial(person))
    project = get_object_or_404(Project, slug=request.POST.get("project", ""))
    candidate = get_object_or_404(DeployedBundle, pk=request.POST.get("candidate", ""))
    done = f"{candidate} runs unseen beside the model in service from now on."
    return act(request, partial(start_trial, person, project, candidate), done, "silent_trials")


@form_post("silent_trials")
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Before its rule, with a reason."""
    person = require_person(request.user)
    require(may_start_silent_trial(person))
    work = partial(end_by_person, person, _row(number), request.POST.get("reason", ""))
    return act(request, work, "The trial has ended, with your name and reason.", "silent_trial", number)


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """The newest ones, for managers and admins."""
    return _listed(ON_DESK) if may_see_silent_trials(request.user) is None else None  # type: ignore[arg-type]


def _listed(most: int | None) -> dict[str, Any]:
    rows = SilentTrial.objects.select_related(*TRIALS)[:most]
    return {"trials": [{"row": row, "names": names_of(row), "state": state_of(row)} for row in rows]}


def _choices() -> dict[str, Any]:
    """Projects whose plan asks for a trial, and models that do not answer in all of them already."""
    plans = [(project, plan_in_force(project)) for project in Project.objects.order_by("name", "slug")]
    asking = [project for project, plan in plans if plan and plan.body_model().silent_trial]
    answering = {project.active_bundle for project in asking}
    others = DeployedBundle.objects.defer("manifest", "card")
    return {"projects": asking, "candidates": others.exclude(pk__in=answering) if len(answering) == 1 else others}


def _row(number: int) -> SilentTrial:
    row = SilentTrial.objects.select_related(*TRIALS).filter(number=number).first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def _viewer(request: HttpRequest) -> User:
    require(may_see_silent_trials(request.user))
    return require_person(request.user)


def _no_store(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
