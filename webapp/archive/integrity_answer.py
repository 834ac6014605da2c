"""What views answer when a stored image cannot be given: no image, and a reason."""

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response
from rest_framework.views import APIView

from inference.dicom.refusal import REFUSALS, DicomRefusal
from webapp.archive.reasons import reason
from webapp.archive.storage import IntegrityMismatch, is_disk_full
from webapp.first_renderer import FirstRenderer


class IntegrityAnswer(APIView):
    """For views that read stored files: 409 integrity_mismatch, refusals of the decoder by their own status,
    and 503 for faults of the machine, after which a later try may succeed. A full disk is left to
    webapp/full_disk.py."""

    content_negotiation_class: type[BaseContentNegotiation] = FirstRenderer

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, IntegrityMismatch):
            http, action = REFUSALS["integrity_mismatch"]
            text = f"The stored file is not the one that was received and is not shown. {action}"
            return self._fault(http, "integrity_mismatch", text)
        if isinstance(error, DicomRefusal):
            return self._fault(error.http, error.code, error.text)
        if isinstance(error, OSError) and not is_disk_full(error):
            why = reason("machine_fault")
            return self._fault(why.http, why.code, why.text)
        return super().handle_exception(error)

    def _fault(self, http: int, code: str, text: str) -> Response:
        response = Response({"code": code, "text": text}, status=http)
        response.exception = True
        return response
