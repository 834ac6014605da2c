"""What views answer when a stored image cannot be given: no image, and a reason."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inference.dicom.refusal import REFUSALS, DicomRefusal
from webapp.archive.storage import IntegrityMismatch


class OneRenderer(BaseContentNegotiation):
    """Takes the first renderer whatever `Accept` says: the view gives bytes, only its faults are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class IntegrityAnswer(APIView):
    """For views that read stored files: 409 integrity_mismatch, and refusals of the decoder by their own status."""

    content_negotiation_class = OneRenderer

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, IntegrityMismatch):
            http, action = REFUSALS["integrity_mismatch"]
            text = f"The stored file is not the one that was received and is not shown. {action}"
            return self._fault(http, "integrity_mismatch", text)
        if isinstance(error, DicomRefusal):
            return self._fault(error.http, error.code, error.text)
        return super().handle_exception(error)

    def _fault(self, http: int, code: str, text: str) -> Response:
        response = Response({"code": code, "text": text}, status=http)
        response.exception = True
        return response
