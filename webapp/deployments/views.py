"""Registry of models: the API under /api/bundles/ and the pages under /models/."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_manage_bundles, require
from webapp.archive.models import Project
from webapp.deployments.card_blocks import card_blocks
from webapp.deployments.desk import rendered_sections
from webapp.deployments.manifest_rows import finding_rows, measured_on, metric_rows
from webapp.deployments.models import DeployedBundle
from webapp.deployments.openapi import ADDED, CHANGED, LISTED, BundleDocument
from webapp.deployments.service_history import MomentRefused, answered_at, asked_moment, periods
from webapp.deployments.services import BundleNotChecked, BundleRefused, activate, add_bundle, roll_back
from webapp.deployments.strikes import notices
from webapp.deployments.upload import uploaded_bundle

CHANGES_SHOWN = 50
UPLOAD_SCHEMA = {
    "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
}


def bundle_document(bundle: DeployedBundle) -> BundleDocument:
    """A registered bundle as the API gives it."""
    return {
        "id": bundle.bundle_id,
        "name": bundle.name,
        "version": bundle.version,
        "state": bundle.state,
        "bytes": bundle.bytes,
        "findings": [{"key": row.key, "title": row.title} for row in finding_rows(bundle.manifest)],
        "added_at": bundle.added_at.isoformat(),
        "added_by": bundle.added_by.username if bundle.added_by else None,
        "activated_at": bundle.activated_at.isoformat() if bundle.activated_at else None,
        "activated_by": bundle.activated_by.username if bundle.activated_by else None,
        "replaced": bundle.replaced_id,  # type: ignore[attr-defined]
        "taken_out_at": bundle.taken_out_at.isoformat() if bundle.taken_out_at else None,
        "taken_out_why": bundle.taken_out_why,
    }


class Bundles(APIView):
    """The registered bundles, newest first; POST adds one after replaying its self-check here."""

    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="bundles", responses=LISTED)
    def get(self, request: Request) -> Response:
        return Response({"results": [bundle_document(bundle) for bundle in _all_bundles()]})

    @extend_schema(operation_id="add_bundle", request=UPLOAD_SCHEMA, responses=ADDED)
    def post(self, request: Request) -> Response:
        require(may_manage_bundles(request.user))
        try:
            with uploaded_bundle(request.FILES.get("file")) as (path, name):
                bundle = add_bundle(path, request.user, name)  # type: ignore[arg-type]
        except BundleRefused as problem:
            return Response({"code": "bundle_refused", "text": str(problem)}, status=422)
        except BundleNotChecked as problem:
            return Response({"code": "machine_fault", "text": str(problem)}, status=503)
        return Response(bundle_document(bundle), status=201)


class ActivateBundle(APIView):
    """Puts a registered bundle in service."""

    @extend_schema(operation_id="activate_bundle", request=None, responses=CHANGED)
    def post(self, request: Request, bundle_id: str) -> Response:
        require(may_manage_bundles(request.user))
        bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
        try:
            return Response(bundle_document(activate(bundle, request.user)))  # type: ignore[arg-type]
        except BundleRefused as problem:
            return Response({"code": "bundle_refused", "text": str(problem)}, status=409)


class RollBackBundle(APIView):
    """Puts the bundle in service that the named one, now in service, replaced."""

    @extend_schema(operation_id="roll_back_bundle", request=None, responses=CHANGED)
    def post(self, request: Request, bundle_id: str) -> Response:
        require(may_manage_bundles(request.user))
        bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
        try:
            return Response(bundle_document(roll_back(request.user, leaving=bundle)))  # type: ignore[arg-type]
        except BundleRefused as problem:
            return Response({"code": "bundle_refused", "text": str(problem)}, status=409)


@require_safe
@login_required
def models(request: HttpRequest) -> HttpResponse:
    """The registry: which model is in service, since when, by whom, and the others."""
    bundles = list(_all_bundles())
    current = next((bundle for bundle in bundles if bundle.state == DeployedBundle.State.ACTIVE), None)
    return render(
        request,
        "deployments/models.html",
        {
            "bundles": bundles,
            "current": current,
            "notices": notices(),
            "sections": rendered_sections(request),
            "histories": [_history(project, request) for project in Project.objects.order_by("name")],
            "at": request.GET.get("at", ""),
            **_rights(request),
        },
    )


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
    bundle = get_object_or_404(DeployedBundle.objects.select_related("replaced"), pk=bundle_id)
    context = {
        "bundle": bundle,
        "blocks": card_blocks(bundle.card),
        "findings": finding_rows(bundle.manifest),
        "metrics": metric_rows(bundle.manifest),
        "measured_on": measured_on(bundle.manifest),
        "is_active": bundle.state == DeployedBundle.State.ACTIVE,
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
        messages.success(request, f"{roll_back(request.user, leaving=bundle)} is in service again.")  # type: ignore[arg-type]
    except BundleRefused as problem:
        messages.error(request, str(problem))
    return redirect("models")


def _all_bundles() -> Any:
    return DeployedBundle.objects.select_related("added_by", "activated_by", "replaced").defer("card")


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {"may_manage": may_manage_bundles(request.user) is None}
