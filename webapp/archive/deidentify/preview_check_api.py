"""What people saw in the pixels of an image: recorded before a copy may leave (see deidentify/release.py)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_export_training_set, require
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image, PreviewCheck
from webapp.archive.serializers import FaultSerializer


class PreviewCheckSerializer(serializers.ModelSerializer[PreviewCheck]):
    """is_clear: the person saw the whole image, and nothing in it tells who the patient is."""

    is_clear = serializers.BooleanField()
    person = serializers.CharField(source="person.username", read_only=True)

    class Meta:
        model = PreviewCheck
        fields = ("id", "is_clear", "person", "stored_sha256", "created_at")
        read_only_fields = ("id", "stored_sha256", "created_at")


class PreviewChecksView(APIView):
    """Checks of one image, newest first; managers and admins."""

    @extend_schema(
        operation_id="preview_checks_list", responses={200: PreviewCheckSerializer(many=True), 403: FaultSerializer}
    )
    def get(self, request: Request, key: str) -> Response:
        require(may_export_training_set(request.user))
        rows = image_or_404(request.user, key).preview_checks.select_related("person")
        return Response(PreviewCheckSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="preview_checks_create",
        request=PreviewCheckSerializer,
        responses={201: PreviewCheckSerializer, 400: FaultSerializer, 403: FaultSerializer},
    )
    def post(self, request: Request, key: str) -> Response:
        require(may_export_training_set(request.user))
        image = image_or_404(request.user, key)
        given = PreviewCheckSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = record_preview_check(request.user, image, bool(given.validated_data["is_clear"]))
        return Response(PreviewCheckSerializer(made).data, status=201)


def record_preview_check(person: Any, image: Image, is_clear: bool) -> PreviewCheck:
    """Adds the row and its audit event. Raises PermissionDenied."""
    require(may_export_training_set(person))
    if not isinstance(person, User):
        raise TypeError("a preview check needs a person")
    made = PreviewCheck.objects.create(image=image, stored_sha256=image.stored_sha256, is_clear=is_clear, person=person)
    audit.record(person, "image.preview_check", f"image:{image.pk}", purpose="training set", is_clear=is_clear)
    return made
