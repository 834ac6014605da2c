"""GET /api/reviews/export/: recorded reviews as CSV or JSON."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from webapp import audit
from webapp.code_filters import CodeFilterBackend, FilterRefused
from webapp.reviews.models import CaseReview, CaseReviewQuerySet
from webapp.reviews.review_filter import ReviewFilters
from webapp.reviews.review_table import NOTICE, csv_lines, table_row
from webapp.reviews.visible import visible_reviews

LAYOUTS = ("csv", "json")


class ReviewExport(GenericAPIView[CaseReview]):
    """The reviews that the caller may see, with the filters of /failures/."""

    queryset = visible_reviews(AnonymousUser())  # no row: for the schema, which asks what is listed
    filter_backends = [CodeFilterBackend]
    filterset_class = ReviewFilters

    def get_queryset(self) -> CaseReviewQuerySet:
        return visible_reviews(self.request.user)

    @extend_schema(
        operation_id="export_reviews",
        parameters=[
            OpenApiParameter("as", str, enum=LAYOUTS, description="csv (default) or json"),
            OpenApiParameter("current", str, enum=("0", "1"), description="1: leave out reviews that were replaced"),
            OpenApiParameter(
                "failures", str, enum=("0", "1"), description="1: only false positives, negatives, wrong places"
            ),
            OpenApiParameter(
                "listed",
                str,
                enum=("0", "1"),
                description="1: what /failures/ lists without a filter: failures, wrong refusals, what the model cannot find",
            ),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """CSV text or {"notice", "reviews"}; 400 names a wrong parameter."""
        layout = request.query_params.get("as", "csv")
        if layout not in LAYOUTS:
            return _refused("as", f"as {layout[:40]!r} is not one of csv, json")
        listed = self.get_queryset()
        if request.query_params.get("current") == "1":
            listed = listed.current()
        if request.query_params.get("failures") == "1":
            listed = listed.failures()
        if request.query_params.get("listed") == "1":
            listed = listed.shortcomings()
        try:
            reviews = self.filter_queryset(listed)
        except FilterRefused as error:
            return _refused(error.name, str(error))
        audit.record(request.user, "export_reviews", "reviews", layout=layout, count=reviews.count())
        if layout == "json":
            return Response({"notice": NOTICE, "reviews": [table_row(review) for review in reviews]})
        # A list, not the generator: rows are read inside this request, and an error still becomes a plain 500.
        lines = list(csv_lines(reviews))
        answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="sightline-reviews.csv"'
        return answer


def _refused(field: str, text: str) -> Response:
    return Response({"code": "not_allowed", "field": field, "text": text}, status=400)
