"""`/models/retraining/`: what would be trained on, how far it is, what came of it. Managers look on, admins act."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_retrain, may_see_retrainings, require, require_person
from webapp.archive.models import Project
from webapp.deployments.card_blocks import card_blocks
from webapp.deployments.models import DeployedBundle
from webapp.form_action import act
from webapp.retraining.child import log_tail
from webapp.retraining.data_parts import class_rows, data_problems, has_reference
from webapp.retraining.desk import shown
from webapp.retraining.models import Retraining
from webapp.retraining.recipes import FEW_PATIENTS, RECIPES
from webapp.retraining.run_folder import RunFolder, finding_keys, starts_with
from webapp.retraining.services import (
    NO_WORKER,
    Asked,
    RetrainingRefused,
    base_problem,
    cancel_retraining,
    go_on,
    start,
)
from webapp.retraining.trained_on import taught, trained_failures, trained_patients
from webapp.work.training_host import is_training_worker_seen

ROWS = 50


@login_required
@require_safe
def retrainings(request: HttpRequest) -> HttpResponse:
    """All of them, newest first."""
    require(may_see_retrainings(request.user))
    rows = Retraining.objects.select_related("base", "created_by", "run__job", "run__bundle")[:ROWS]
    context = {"rows": [shown(row) for row in rows], "may_retrain": may_retrain(request.user) is None}
    return render(request, "retraining/retrainings.html", context)


@login_required
@require_safe
def new_retraining(request: HttpRequest) -> HttpResponse:
    """The form, with what the data would come to as it is filled in: choices are in the address, none is a patient's."""
    person = require_person(request.user)
    require(may_see_retrainings(person))
    project, asked = Project.default(), asked_of(request.GET, is_new="recipe" not in request.GET)
    parts = asked.parts(person, project)
    base = DeployedBundle.objects.filter(pk=asked.base).first()
    findings = finding_keys(base) if base else []
    titles = {own["key"]: own.get("title") for own in base.manifest["findings"]} if findings and base else {}
    phantoms = int(asked.phantoms) if asked.phantoms.isdigit() else 0
    problems = ([problem] if base and (problem := base_problem(base)) else []) + data_problems(
        parts, findings, phantoms
    )
    patients = sum(part.patients for part in parts)
    context = {
        "asked": asked, "project": project, "bases": DeployedBundle.objects.all(), "base": base,
        "recipes": [{"key": key, "recipe": own} for key, own in RECIPES.items()],
        "folders": [{"name": name, "is_on": name in asked.folders} for name in settings.TRAINING_DATA],
        "parts": [part.document() for part in parts], "problems": problems,
        "findings": [{**row, "title": titles[row["name"]] or row["name"]} for row in class_rows(parts, findings)],
        "unchecked": sum(one.code == "unchecked" for part in parts for one in part.left_out),
        "patients": patients, "is_few": 0 < patients < FEW_PATIENTS, "few": FEW_PATIENTS,
        "has_reference": has_reference(project), "no_worker": "" if is_training_worker_seen() else NO_WORKER,
        "may_retrain": may_retrain(person) is None, "starts_with": starts_with(base) if base else "",
    }  # fmt: skip
    return render(request, "retraining/new.html", context)


@form_post("new_retraining")
def start_retraining(request: HttpRequest) -> HttpResponse:
    """Starts what the form asks for; a refusal leads back to the form as it was."""
    person = require_person(request.user)
    require(may_retrain(person))
    try:
        row = start(person, Project.default(), asked_of(request.POST, is_new=False))
    except RetrainingRefused as refused:
        for problem in refused.more.get("problems") or [{"text": refused.text}]:
            messages.error(request, problem["text"])
        return redirect("new_retraining")
    messages.success(request, f"Retraining {row.name} is queued.")
    return redirect("retraining", row.number)


@login_required
@require_safe
def retraining(request: HttpRequest, number: int) -> HttpResponse:
    """One: how far it is, with curves, log and what it trains on."""
    require(may_see_retrainings(request.user))
    row = _row(number)
    place = RunFolder.of(row)
    context = {
        **shown(row), "log": log_tail(place.log), "has_report": place.report.is_file(),
        "may_retrain": may_retrain(request.user) is None, "learnt": _learnt(row.run.bundle_id),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "retraining/retraining.html", context)


@login_required
@require_safe
def data_card(request: HttpRequest, number: int) -> HttpResponse:
    """What it trains on, in counts and hashes."""
    require(may_see_retrainings(request.user))
    row = _row(number)
    return render(request, "retraining/data_card.html", {"row": row, "card": _card(row)})


@login_required
@require_safe
def data_card_json(request: HttpRequest, number: int) -> HttpResponse:
    """The same for programs."""
    require(may_see_retrainings(request.user))
    return JsonResponse(_card(_row(number)), json_dumps_params={"indent": 1})


@login_required
@require_safe
def report(request: HttpRequest, number: int) -> HttpResponse:
    """What `python -m training` wrote at its end."""
    require(may_see_retrainings(request.user))
    row = _row(number)
    place = RunFolder.of(row)
    if not place.report.is_file():
        raise Http404("no report yet")
    blocks = card_blocks(place.report.read_text(encoding="utf-8"))
    return render(request, "retraining/report.html", {"row": row, "blocks": blocks})


@form_post("retrainings")
def cancel_one(request: HttpRequest, number: int) -> HttpResponse:
    """Ends it."""
    person = require_person(request.user)
    require(may_retrain(person))
    row = _row(number)
    return act(request, partial(cancel_retraining, person, row), f"{row.name} is asked to stop.", "retraining", number)


@form_post("retrainings")
def go_on_one(request: HttpRequest, number: int) -> HttpResponse:
    """Queues it again after its last epoch."""
    person = require_person(request.user)
    require(may_retrain(person))
    row = _row(number)
    return act(request, partial(go_on, person, row), f"{row.name} goes on.", "retraining", number)


def asked_of(form: Any, is_new: bool) -> Asked:
    """The choices of a form; of a new one the defaults."""
    if is_new:
        return Asked(base=Project.default().active_bundle, recipe=next(iter(RECIPES)), phantoms="96")
    return Asked(
        base=form.get("base", ""),
        recipe=form.get("recipe", ""),
        takes_reviewed=form.get("reviewed") == "on",
        folders=tuple(form.getlist("folder")),
        phantoms=form.get("phantoms", ""),
        aided_weight=form.get("aided_weight", ""),
        accepts_new_weights=form.get("new_weights") == "on",
    )


def _row(number: int) -> Retraining:
    rows = Retraining.objects.select_related("base", "created_by", "run__job", "run__bundle")
    return get_object_or_404(rows, number=number)


def _learnt(bundle_id: str | None) -> dict[str, Any] | None:
    """How many patients and failures its bundle has learnt from, that of its base included where it began with those weights."""
    if bundle_id is None:
        return None
    patients, failures = trained_patients(bundle_id), trained_failures(bundle_id)
    return {"patients": len(patients), "failures": len(failures), "gaps": taught(bundle_id).gaps}


def _card(row: Retraining) -> dict[str, Any]:
    card: dict[str, Any] = row.run.data_card  # type: ignore[attr-defined]
    if not card:
        raise Http404("its data are not written yet")
    return card
