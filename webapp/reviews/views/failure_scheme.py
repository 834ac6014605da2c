"""GET /api/failure-scheme/: the codes a review may use, or those of an earlier version."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.reviews.openapi import REFUSED, SCHEME
from webapp.reviews.scheme_document import scheme_document
from webapp.reviews.scheme_versions import SchemeBook

JSON = "application/json"


class FailureScheme(APIView):
    """Outcomes, sites, causes, lateralities and severities of the scheme in force."""

    @extend_schema(
        operation_id="failure_scheme",
        parameters=[OpenApiParameter("version", int, description="a published version; the one in force by default")],
        responses={(200, JSON): SCHEME, (404, JSON): REFUSED},
    )
    def get(self, request: Request) -> Response:
        """The scheme, with titles for people; 404 for a version that was never published."""
        book, asked = SchemeBook(), request.query_params.get("version", "")
        if not asked:
            return Response(scheme_document(book.current))
        found = book.version(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
        if found is None:
            text = f"version {asked[:40]!r} was never published: 1 to {book.current.version} are"
            return Response({"code": "not_found", "field": "version", "text": text}, status=404)
        return Response(scheme_document(found))
