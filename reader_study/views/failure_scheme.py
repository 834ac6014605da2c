"""GET /api/failure-scheme/: the codes a review may use."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.failure_scheme import scheme_document


class FailureScheme(APIView):
    """Outcomes, sites, causes, lateralities and severities of the scheme in force."""

    @extend_schema(operation_id="failure_scheme", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """The scheme, with titles for people."""
        return Response(scheme_document())
