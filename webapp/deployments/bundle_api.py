"""The API under /api/bundles/: the registry, putting in service and rolling back."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.models import User
from webapp.accounts.policy import may_manage_bundles, require, require_person
from webapp.archive.models import Project
from webapp.deployments.bundle_state import BundleState, states_of
from webapp.deployments.in_service import way_back
from webapp.deployments.manifest_rows import finding_rows
from webapp.deployments.models import BundleOwner, DeployedBundle
from webapp.deployments.openapi import ADDED, CHANGED, LISTED, BundleDocument, ServicePlace
from webapp.deployments.owners import owners_of
from webapp.deployments.registry_rows import purpose_of
from webapp.deployments.service_history import changes_of
from webapp.deployments.service_order import RollBackOrder, ServiceOrder
from webapp.deployments.services import BundleNotChecked, BundleRefused, activate, add_bundle, roll_back
from webapp.deployments.upload import uploaded_bundle
from webapp.json_bodies import ref
from webapp.json_parser import PlainJSONParser
from webapp.refused import Refused
from webapp.sent_body import read_sent

JSON = "application/json"
UPLOAD_SCHEMA = {
    "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
}
# Forms are read as well: a project that was sent as a field of a form must not be overlooked, and every project be changed.
ORDER_PARSERS = [PlainJSONParser, FormParser, MultiPartParser]
Order = TypeVar("Order", bound=RollBackOrder)


def bundle_document(bundle: DeployedBundle) -> BundleDocument:
    """A registered bundle as the API gives it."""
    [document] = bundle_documents([bundle])
    return document


def bundle_documents(bundles: Sequence[DeployedBundle]) -> list[BundleDocument]:
    """In the given order."""
    states, owners = states_of(bundles), owners_of(bundles)
    return [_document(bundle, states[bundle.pk], owners.get(bundle.pk)) for bundle in bundles]


def _document(bundle: DeployedBundle, state: BundleState, owner: BundleOwner | None) -> BundleDocument:
    return {
        "id": bundle.bundle_id,
        "name": bundle.name,
        "version": bundle.version,
        "state": state.code.value,
        "also": list(state.also),
        "in_service": [_place(project) for project in state.projects],
        "bytes": bundle.bytes,
        "purpose": purpose_of(bundle.card),
        "owner": owner.person.username if owner else None,
        "findings": [{"key": row.key, "title": row.title} for row in finding_rows(bundle.manifest)],
        "added_at": bundle.added_at.isoformat(),
        "added_by": bundle.added_by.username if bundle.added_by else None,
        "activated_at": bundle.activated_at.isoformat() if bundle.activated_at else None,
        "activated_by": bundle.activated_by.username if bundle.activated_by else None,
        "file_checked_at": bundle.file_checked_at.isoformat() if bundle.file_checked_at else None,
        "taken_out_at": bundle.taken_out_at.isoformat() if bundle.taken_out_at else None,
        "taken_out_why": bundle.taken_out_why,
    }


def _place(project: Project) -> ServicePlace:
    change, path = changes_of(project).first(), way_back(project)
    return {
        "project": project.slug,
        "since": change.created_at.isoformat() if change else None,
        "by": change.created_by.username if change and change.created_by else None,
        "why": change.why if change else "",
        "goes_back_to": path[0].pk if path else None,
    }


class Bundles(APIView):
    """The registered bundles, newest first; POST adds one after replaying its self-check here."""

    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="bundles", responses=LISTED)
    def get(self, request: Request) -> Response:
        rows = DeployedBundle.objects.select_related("added_by", "activated_by")
        return Response({"results": bundle_documents(list(rows))})

    @extend_schema(operation_id="add_bundle", request=UPLOAD_SCHEMA, responses=ADDED)
    def post(self, request: Request) -> Response:
        require(may_manage_bundles(request.user))
        try:
            with uploaded_bundle(request.FILES.get("file")) as (path, name):
                bundle = add_bundle(path, require_person(request.user), name)
        except BundleRefused as problem:
            return Response({"code": "bundle_refused", "text": str(problem)}, status=422)
        except BundleNotChecked as problem:
            return Response({"code": "machine_fault", "text": str(problem)}, status=503)
        return Response(bundle_document(bundle), status=201)


class ActivateBundle(APIView):
    """Puts a registered bundle in service, in one project or in all."""

    parser_classes = ORDER_PARSERS

    @extend_schema(operation_id="activate_bundle", request={JSON: ref(ServiceOrder)}, responses=CHANGED)
    def post(self, request: Request, bundle_id: str) -> Response:
        def change(user: User, bundle: DeployedBundle, project: Project | None, order: ServiceOrder) -> DeployedBundle:
            return activate(bundle, user, project, why=order.why, seen=order.seen_by_project(project))

        return _changed(request, bundle_id, ServiceOrder, change)


class RollBackBundle(APIView):
    """The projects in which the named bundle is in service, or one of them, go back each to what it had before."""

    parser_classes = ORDER_PARSERS

    @extend_schema(operation_id="roll_back_bundle", request={JSON: ref(RollBackOrder)}, responses=CHANGED)
    def post(self, request: Request, bundle_id: str) -> Response:
        """The bundle that came back; of several projects that of the first by name."""

        def change(user: User, bundle: DeployedBundle, project: Project | None, order: RollBackOrder) -> DeployedBundle:
            first, *_ = roll_back(user, leaving=bundle, project=project, why=order.why)
            return DeployedBundle.objects.get(pk=first.bundle_id)  # type: ignore[attr-defined]

        return _changed(request, bundle_id, RollBackOrder, change)


def _changed(
    request: Request,
    bundle_id: str,
    kind: type[Order],
    change: Callable[[User, DeployedBundle, Project | None, Order], DeployedBundle],
) -> Response:
    require(may_manage_bundles(request.user))
    data = request.data.dict() if isinstance(request.data, QueryDict) else request.data
    try:
        order = read_sent(kind, data)
        project = order.named_project()
        bundle = get_object_or_404(DeployedBundle, pk=bundle_id)
        return Response(bundle_document(change(require_person(request.user), bundle, project, order)))
    except Refused as refused:
        return Response(refused.document(), status=refused.http)
    except BundleRefused as problem:
        return Response({"code": "bundle_refused", "text": str(problem)}, status=409)
