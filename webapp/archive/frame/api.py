"""The frame and its header document (pixels.md §4). Each read hashes the stored file and is an access event.

What the reading page fetches ahead (audit.ahead) is checked and recorded too, under a verb of its own.
"""

import re

from django.http import HttpResponse, QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inference.dicom.display import ENHANCED
from inference.documents import HeaderDocument
from webapp import audit
from webapp.accounts.policy import Person, may_fetch_ahead, may_see_enhanced, require
from webapp.archive.frame import frames
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.archive.serializers import FaultSerializer
from webapp.audit.ahead import is_ahead, seen_or_fetched
from webapp.json_bodies import ref

VOI = OpenApiParameter("voi", str, description="linear (default), the index of a VOI item, preview, or enhanced")
HEADER = ref(HeaderDocument)
FAULTS = {400: FaultSerializer, 409: OpenApiResponse(FaultSerializer, description="the stored file is damaged")}


class HeaderView(IntegrityAnswer):
    """The description of a frame as JSON."""

    @extend_schema(
        operation_id="images_header", parameters=[VOI], responses={(200, "application/json"): HEADER, **FAULTS}
    )
    def get(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        voi = allowed_voi(request.user, image, request.query_params)
        try:
            document = frames.description(image, voi)
        except ValueError as error:
            raise _bad_voi(error) from error
        audit.record(request.user, seen_or_fetched(request, "image.view_header"), f"image:{image.pk}", voi=voi)
        return Response(document, headers={"Cache-Control": "no-store"})


class FrameView(IntegrityAnswer):
    """uint16 little-endian samples, row by row; compressed as Accept-Encoding allows; ETag = SHA-256 of the samples, X-Frame-Shape
    its rows and columns."""

    @extend_schema(
        operation_id="images_frame",
        parameters=[VOI],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="the samples are the ones you have"),
            **FAULTS,
        },
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        image = image_or_404(request.user, key)
        if is_ahead(request):
            require(may_fetch_ahead(request.user, image))
        voi = allowed_voi(request.user, image, request.query_params)
        try:
            frame = frames.encoded_frame(image, voi, best_encoding(request.headers.get("Accept-Encoding", "")))
        except ValueError as error:
            raise _bad_voi(error) from error
        audit.record(request.user, seen_or_fetched(request, "image.view_frame"), f"image:{image.pk}", voi=voi)
        etag = f'"{frame.description["sha256"]}"'
        if etag in request.headers.get("If-None-Match", ""):
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(frame.body, content_type="application/octet-stream")
            if frame.encoding != "identity":
                response["Content-Encoding"] = frame.encoding
        response["ETag"] = etag
        response["X-Frame-Shape"] = f"{frame.description['rows']},{frame.description['columns']}"
        response["Vary"] = "Accept-Encoding"
        response["Cache-Control"] = "no-store"
        return response


def allowed_voi(user: Person, image: Image, parameters: QueryDict) -> str:
    """What is asked for. Raises PermissionDenied for an enhanced picture of a case that this person reads in a study."""
    voi = parameters.get("voi", "linear")
    if voi == ENHANCED:
        require(may_see_enhanced(user, image))
    return voi


def best_encoding(accepted: str) -> str:
    """The best of zstd, gzip, identity that `Accept-Encoding: accepted` allows; an encoding with q=0 is not wanted."""
    wanted = {}
    for part in accepted.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = re.search(r"q\s*=\s*([0-9.]+)", parameters)
        wanted[name.strip()] = float(quality.group(1).strip(".") or 0) if quality else 1.0
    return next((name for name in ("zstd", "gzip") if wanted.get(name, 0) > 0), "identity")


def _bad_voi(error: ValueError) -> ValidationError:
    return ValidationError({"code": "bad_voi", "text": str(error)})
