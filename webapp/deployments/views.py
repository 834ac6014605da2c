"""The pages under /models/: the desk and the registry of models."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import may_manage_bundles, require, require_person
from webapp.archive.models import Project
from webapp.deployments.bundle_papers import papers_of
from webapp.deployments.card_blocks import card_blocks
from webapp.deployments.desk import rendered_sections
from webapp.deployments.desk_page import chosen, history, projects_now
from webapp.deployments.in_service import named, projects_of
from webapp.deployments.manifest_rows import finding_rows, measured_on, metric_rows
from webapp.deployments.models import DeployedBundle
from webapp.deployments.owners import name_owner
from webapp.deployments.registry_rows import registry_rows
from webapp.deployments.service_order import RollBackOrder
from webapp.deployments.services import BundleNotChecked, BundleRefused, activate, add_bundle, roll_back
from webapp.deployments.strikes import notices
from webapp.deployments.upload import uploaded_bundle
from webapp.refused import Refused


@require_safe
@login_required
def models(request: HttpRequest) -> HttpResponse:
    """The desk: what answers in a project, its history, the registry, and the sections of rooms above."""
    nows, asked = projects_now(), request.GET.get("at", "")
    now = chosen(nows, request.GET.get("project", ""))
    context = {
        "rows": registry_rows(DeployedBundle.objects.select_related("added_by", "activated_by")),
        "nows": nows,
        "now": now,
        "notices": notices(),
        "sections": rendered_sections(request),
        "history": history(now.project, asked),
        "at": asked,
        **_rights(request),
    }
    return render(request, "deployments/models.html", context)


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
        "row": registry_rows([bundle])[0],
        "owners": bundle.owners.select_related("person", "created_by"),  # type: ignore[attr-defined]
        "nows": projects_now(),
        "papers": papers_of(bundle.bundle_id, require_person(request.user)),
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
    """Puts the model in service in the project that the form names, or in all."""
    require(may_manage_bundles(request.user))
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)

    def work(project: Project | None) -> str:
        seen = dict(pair.rpartition(":")[::2] for pair in request.POST.getlist("seen"))
        activate(bundle, require_person(request.user), project, why=request.POST.get("why", ""), seen=seen)
        bundle.refresh_from_db()
        read = f"Its whole file was read in {bundle.file_check_seconds:.2f} s and is unchanged."
        return f"{bundle} is in service in {project.name}. {read}" if project else f"{bundle} is in service. {read}"

    return _changed(request, work)


@form_post("models")
def roll_back_model(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Takes a project, or all in which the model answers, back to what it had before."""
    require(may_manage_bundles(request.user))
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)

    def work(project: Project | None) -> str:
        changes = roll_back(
            require_person(request.user), leaving=bundle, project=project, why=request.POST.get("why", "")
        )
        told = "; ".join(f"{change.bundle} is in service again in {change.project.name}" for change in changes)
        stayed = projects_of(bundle)
        rest = (
            f" {named(stayed)} had no other model before: {bundle} answers there on." if stayed and not project else ""
        )
        return f"{told}.{rest}"

    return _changed(request, work)


@form_post("models")
def name_model_owner(request: HttpRequest, bundle_id: str) -> HttpResponse:
    """Another person answers for the model."""
    require(may_manage_bundles(request.user))
    bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
    try:
        owner = name_owner(bundle, request.POST.get("owner", ""), require_person(request.user))
        messages.success(request, f"{owner.person.username} answers for {bundle} from now on.")
    except BundleRefused as problem:
        messages.error(request, str(problem))
    return redirect("model", bundle_id=bundle.bundle_id)


def _changed(request: HttpRequest, work: Callable[[Project | None], str]) -> HttpResponse:
    """The sentence of what was done, or why not; then the desk of that project. No field `project`: every project."""
    slug = request.POST.get("project") or None
    try:
        messages.success(request, work(RollBackOrder(project=slug).named_project()))
    except (BundleRefused, Refused) as problem:
        messages.error(request, str(problem))
    shown = request.POST.get("shown", slug or "")
    query = f"?{urlencode({'project': shown})}" if shown else ""
    return redirect(reverse("models") + query)


def _rights(request: HttpRequest) -> dict[str, object]:
    """people: who may be named as owner."""
    may_manage = may_manage_bundles(request.user) is None
    return {
        "may_manage": may_manage,
        "people": User.objects.filter(is_active=True).order_by("username") if may_manage else (),
    }
