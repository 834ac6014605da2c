"""API of images: list, search, detail, and the original file."""

import hashlib
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.policy import may_see_image, require
from webapp.archive.image_filters import FILTERS, apply_filters
from webapp.archive.image_search import search_images
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.archive.serializers import FaultSerializer, ImageDetailSerializer, ImageSearchSerializer, ImageSerializer
from webapp.archive.storage import verified_bytes

PAGE_PARAMETERS = [
    OpenApiParameter("page", int),
    OpenApiParameter("page_size", int, description="at most 500"),
]


class ImagePages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 500


class ImagesView(APIView):
    """Images, newest first, narrowed by codes. Searching for a person goes by POST to images/search/."""

    @extend_schema(
        operation_id="images_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("view", str),
            OpenApiParameter("modality", str),
            OpenApiParameter("study", str, description="Study Instance UID"),
            OpenApiParameter("state", str, description="state of the newest result"),
        ],
        responses={200: ImageSerializer(many=True), 400: FaultSerializer},
    )
    def get(self, request: Request) -> Response:
        require(may_see_image(request.user))
        wanted = {name: str(value) for name, value in request.query_params.items() if name not in ("page", "page_size")}
        return _page(self, request, Image.objects.all(), wanted, {"filters": sorted(wanted)})


class ImageSearchView(APIView):
    """Search by name, id, accession number or date; in the body, so that no address holds patient data."""

    @extend_schema(
        operation_id="images_search",
        parameters=PAGE_PARAMETERS,
        request=ImageSearchSerializer,
        responses={200: ImageSerializer(many=True), 400: FaultSerializer},
    )
    def post(self, request: Request) -> Response:
        require(may_see_image(request.user))
        given = ImageSearchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        criteria = dict(given.validated_data)
        wanted = criteria.pop("filters", {})
        facts = {"filters": sorted(wanted), "criteria": sorted(criteria)}
        return _page(self, request, search_images(Image.objects.all(), **criteria), wanted, facts)


class ImageView(APIView):
    """One image by its id or its SOP Instance UID."""

    @extend_schema(operation_id="images_retrieve", responses=ImageDetailSerializer)
    def get(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        audit.record(request.user, "image.view", f"image:{image.pk}")
        return Response(ImageDetailSerializer(image).data)


class ImageFileView(IntegrityAnswer):
    """The stored DICOM file, to be saved and never shown by the browser."""

    @extend_schema(
        operation_id="images_file",
        responses={
            (200, "application/dicom"): OpenApiTypes.BINARY,
            409: OpenApiResponse(FaultSerializer, description="the stored file is damaged"),
        },
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        image = image_or_404(request.user, key)
        content = verified_bytes(image)
        audit.record(request.user, "image.download", f"image:{image.pk}", sha256=image.stored_sha256)
        response = HttpResponse(content, content_type="application/dicom")
        response["Content-Disposition"] = f'attachment; filename="{image.code}.dcm"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        response["X-Content-SHA256"] = hashlib.sha256(content).hexdigest()
        return response


def _page(
    view: APIView, request: Request, images: QuerySet[Image], wanted: dict[str, str], facts: dict[str, Any]
) -> Response:
    try:
        images = apply_filters(images, wanted, request.user)
    except ValueError as error:
        raise ValidationError({"code": "bad_filter", "text": str(error), "allowed": sorted(FILTERS)}) from error
    pages = ImagePages()
    rows = pages.paginate_queryset(images.order_by("-created_at", "-id"), request, view=view) or []
    audit.record(request.user, "images.list", "images", shown=[str(row.pk) for row in rows], **facts)
    return pages.get_paginated_response(ImageSerializer(rows, many=True).data)
