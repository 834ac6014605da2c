"""API of images: list, search, detail, and the original file."""

import hashlib
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.policy import may_see_image, may_take_file, require
from webapp.archive.image_filters import ImageFilters
from webapp.archive.image_search import search_images
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.archive.present_images import present
from webapp.archive.serializers import FaultSerializer, ImageDetailSerializer, ImageSearchSerializer, ImageSerializer
from webapp.archive.storage import verified_bytes
from webapp.code_filters import CodeFilterBackend, FilterRefused

# What leads from an image that a reader study hides to its file or its order, in the place of it.
WITHHELD = {"original_name": "", "accession_number": "", "received_sha256": "", "stored_sha256": "", "bytes": 0}


class ImagePages(PageNumberPagination):
    page_size_query_param = "page_size"
    page_size_query_description = "at most 500"
    max_page_size = 500


class ImagesView(GenericAPIView[Image]):
    """Images, newest first, narrowed by codes. Searching for a person goes by POST to images/search/."""

    queryset = Image.objects.all()
    serializer_class = ImageSerializer
    pagination_class = ImagePages
    filter_backends = [CodeFilterBackend]
    filterset_class = ImageFilters

    @extend_schema(operation_id="images_list", responses={200: ImageSerializer(many=True), 400: FaultSerializer})
    def get(self, request: Request) -> Response:
        require(may_see_image(request.user))
        wanted = sorted(set(request.query_params) - set(ImageFilters.beside))
        try:
            images = self.filter_queryset(present(self.get_queryset(), request.user))
        except FilterRefused as error:
            raise _bad_filter(error) from error
        return _page(self, request, images, {"filters": wanted})


class ImageSearchView(GenericAPIView[Image]):
    """Search by name, id, accession number or date; in the body, so that no address holds patient data."""

    queryset = Image.objects.all()
    serializer_class = ImageSerializer
    pagination_class = ImagePages

    @extend_schema(
        operation_id="images_search",
        request=ImageSearchSerializer,
        responses={200: ImageSerializer(many=True), 400: FaultSerializer},
    )
    def post(self, request: Request) -> Response:
        require(may_see_image(request.user))
        given = ImageSearchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        criteria = dict(given.validated_data)
        wanted = criteria.pop("filters", {})
        try:
            images = ImageFilters(wanted, present(self.get_queryset(), request.user), request=request).checked().qs
        except FilterRefused as error:
            raise _bad_filter(error) from error
        facts = {"filters": sorted(wanted), "criteria": sorted(criteria)}
        return _page(self, request, search_images(images, **criteria), facts)


class ImageView(APIView):
    """One image by its id or its SOP Instance UID."""

    @extend_schema(operation_id="images_retrieve", responses=ImageDetailSerializer)
    def get(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        audit.record(request.user, "image.view", f"image:{image.pk}")
        document = dict(ImageDetailSerializer(image).data)
        return Response(document | WITHHELD if may_take_file(request.user, image) else document)


class ImageFileView(IntegrityAnswer):
    """The stored DICOM file, to be saved and never shown by the browser."""

    @extend_schema(
        operation_id="images_file",
        responses={
            (200, "application/dicom"): OpenApiTypes.BINARY,
            403: OpenApiResponse(FaultSerializer, description="hidden by a reader study"),
            409: OpenApiResponse(FaultSerializer, description="the stored file is damaged"),
        },
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        image = image_or_404(request.user, key, is_file=True)
        require(may_take_file(request.user, image))
        content = verified_bytes(image)
        audit.record(request.user, "image.download", f"image:{image.pk}", sha256=image.stored_sha256)
        response = HttpResponse(content, content_type="application/dicom")
        response["Content-Disposition"] = f'attachment; filename="{image.code}.dcm"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        response["X-Content-SHA256"] = hashlib.sha256(content).hexdigest()
        return response


def _bad_filter(error: FilterRefused) -> ValidationError:
    return ValidationError({"code": "bad_filter", "text": str(error), "allowed": sorted(ImageFilters.base_filters)})


def _page(view: GenericAPIView[Image], request: Request, images: QuerySet[Image], facts: dict[str, Any]) -> Response:
    rows = view.paginate_queryset(images.order_by("-created_at", "-id")) or []
    audit.record(request.user, "images.list", "images", shown=[str(row.pk) for row in rows], **facts)
    return view.get_paginated_response(ImageSerializer(rows, many=True).data)
