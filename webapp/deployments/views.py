"""The pages under /models/: the desk and the registry of models."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_manage_bundles, require
from webapp.archive.models import Project
from webapp.deployments.bundle_api import all_bundles
from webapp.deployments.bundle_state import states_of
from webapp.deployments.card_blocks import card_blocks
from webapp.deployments.desk import rendered_sections
from webapp.deployments.in_service import named
from webapp.deployments.manifest_rows import finding_rows, measured_on, metric_rows
from webapp.deployments.models import DeployedBundle
from webapp.deployments.service_history import MomentRefused, answered_at, asked_moment, periods
from webapp.deployments.services import BundleNotChecked, BundleRefused, activate, add_bundle, roll_back
from webapp.deployments.strikes import notices
from webapp.deployments.upload import uploaded_bundle

CHANGES_SHOWN = 50


@require_safe
@login_required
def models(request: HttpRequest) -> HttpResponse:
    """The registry: which model is in service, since when, by whom, and the others."""
    Project.default()
    bundles = list(all_bundles())
    states = states_of(bundles)
    return render(
        request,
        "deployments/models.html",
        {
            "bundles": [(bundle, states[bundle.pk]) for bundle in bundles],
            "now": _answering(list(Project.objects.order_by("name", "slug"))),
            "notices": notices(),
            "sections": rendered_sections(request),
            "histories": [_history(project, request) for project in Project.objects.order_by("name", "slug")],
            "at": request.GET.get("at", ""),
            **_rights(request),
        },
    )


def _answering(projects: list[Project]) -> str:
    """What answers now, in one sentence."""
    models = {
        bundle: [project for project in projects if project.active_bundle == bundle]
        for bundle in {one.active_bundle for one in projects}
    }
    names = {
        bundle.pk: str(bundle) for bundle in DeployedBundle.objects.defer("manifest", "card").filter(pk__in=models)
    }
    if list(models) == [""]:
        return "No model is in service: images wait until one is."
    if len(models) == 1:
        return f"{names.get(projects[0].active_bundle, 'A model that is not registered')} answers for every new prediction."
    return " ".join(f"{names.get(bundle, 'No model')} answers in {named(where)}." for bundle, where in models.items())


def _history(project: Project, request: HttpRequest) -> dict[str, Any]:
    """The section of a project: its last changes, and the answer to the question that the address asks."""
    asked, section = (
        request.GET.get("at", ""),
        {"project": project, "periods": periods(project, CHANGES_SHOWN), "count": project.service_changes.count()},  # type: ignore[attr-defined]
    )
    if not asked:
        return section
    try:
        return {**section, "answered": answered_at(project, asked_moment(asked))}
    except MomentRefused as refused:
        return {**section, "refused": refused.text}


@require_safe
@login_required
def model(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """One model: card, operating points, calibration, measured evidence."""
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
    context = {
        "bundle": bundle,
        "blocks": card_blocks(bundle.card),
        "findings": finding_rows(bundle.manifest),
        "metrics": metric_rows(bundle.manifest),
        "measured_on": measured_on(bundle.manifest),
        "state": states_of([bundle])[bundle.pk],
    }
    return render(request, "deployments/model.html", {**context, **_rights(request)})


@form_post("models")
def add_model(request: HttpRequest) -> HttpResponse:
    """Takes the file of the form; the sentence of a failed check is shown on the list."""
    require(may_manage_bundles(request.user))
    try:
        with uploaded_bundle(request.FILES.get("file")) as (path, name):  # type: ignore[arg-type]
            bundle = add_bundle(path, request.user, name)  # type: ignore[arg-type]
    except (BundleRefused, BundleNotChecked) as problem:
        messages.error(request, f"Not added. {problem}")
        return redirect("models")
    messages.success(request, f"{bundle} passed its self-check and is registered.")
    return redirect("model", bundle_id=bundle.bundle_id)


@form_post("models")
def activate_model(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Puts the model in service."""
    require(may_manage_bundles(request.user))
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
    try:
        activate(bundle, request.user)  # type: ignore[arg-type]
        messages.success(request, f"{bundle} is in service.")
    except BundleRefused as problem:
        messages.error(request, str(problem))
    return redirect("models")


@form_post("models")
def roll_back_model(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Goes back to the model that this one replaced."""
    require(may_manage_bundles(request.user))
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
    try:
        changes = roll_back(request.user, leaving=bundle)  # type: ignore[arg-type]
        back = "; ".join(f"{change.bundle} is in service again in {change.project.name}" for change in changes)
        messages.success(request, f"{back}.")
    except BundleRefused as problem:
        messages.error(request, str(problem))
    return redirect("models")


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {"may_manage": may_manage_bundles(request.user) is None}
