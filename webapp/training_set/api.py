"""GET /api/reviews/training-set/: reviewed cases as a zip that training reads."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.policy import may_export_training_set, require
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.models import Project
from webapp.archive.serializers import FaultSerializer
from webapp.training_set.export import NothingToExport, start_export
from webapp.training_set.zip_stream import in_threads, zip_chunks

FILE_NAME = "sightline-training-set.zip"


class TrainingSetExport(IntegrityAnswer):
    """De-identified copies of reviewed images with labels and boxes; managers and admins."""

    @extend_schema(
        operation_id="export_training_set",
        description=(
            "A zip of images/*.dcm, cases.csv (file, sha256, patient, view, one column per finding, boxes, readers, bundle), "
            "other_findings.csv (where readers saw what the model has no finding for), left_out.csv (case, reason, text) "
            "readme.txt and croissant.json (the data card), sent while it is made: it is whole when the connection ends "
            "well. Images of reader studies under way never leave; those whose pixels may show text only after a person's "
            "preview check."
        ),
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            403: OpenApiResponse(FaultSerializer, description="the caller is neither manager nor admin"),
            409: OpenApiResponse(FaultSerializer, description="nothing_to_export: no reviewed image can leave"),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        require(may_export_training_set(request.user))
        try:
            made = start_export(request.user, Project.default())
        except NothingToExport as nothing:
            reasons = ", ".join(sorted({one.code for one in nothing.left_out}))
            text = f"No reviewed image can be exported; left out for: {reasons}."
            return Response({"code": "nothing_to_export", "text": text}, status=409)
        chunks = zip_chunks(made.files())
        is_async = isinstance(request._request, ASGIRequest)
        answer = StreamingHttpResponse(in_threads(chunks) if is_async else chunks, content_type="application/zip")
        answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
