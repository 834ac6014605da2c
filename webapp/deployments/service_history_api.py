"""GET /api/projects/{slug}/in-service/ and /service-history/: which bundle answers, or answered at a moment, and all changes."""

from typing import Annotated, Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from inference.documents import Estimate
from webapp.archive.models import Project
from webapp.csv_text import csv_text
from webapp.deployments.models import ServiceChange
from webapp.deployments.service_history import AnsweredAt, MomentRefused, Period, answered_at, asked_moment, periods
from webapp.json_bodies import coded, ref
from webapp.predictions.openapi import REFUSAL, Time

JSON = "application/json"
LAYOUTS = ("json", "csv")
COLUMNS = ("number", "from", "until", "bundle_id", "name", "version", "how", "by", "why")


class ApprovedPoint(TypedDict):
    """A point that the project had approved in place of the bundle's own."""

    finding: str
    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    project_version: int


class InService(TypedDict):
    """What answered at a moment. A result that began before a change may end after it."""

    at: Time
    since: Annotated[Time | None, Field(description="null before the first change that is known")]
    until: Annotated[Time | None, Field(description="null while it lasts, and where the record does not tell")]
    bundle_id: Annotated[
        str | None, Field(description="SHA-256 of the bundle; null when none answered or it is not known")
    ]
    name: str | None
    version: str | None
    how: Annotated[str | None, coded(ServiceChange.How.values)]
    why: Annotated[str, Field(description="why it was taken out, or where this is known from; else empty")]
    by: Annotated[
        str | None,
        Field(description="who put it there; null for the command line, the service itself, or where not known"),
    ]
    points: Annotated[list[ApprovedPoint], Field(description="a finding that is not here had the bundle's own point")]
    prevalences: Annotated[dict[str, float], Field(description="as stated then, by finding, 0 to 1")]


class InServiceAt(APIView):
    """Which bundle, operating points and prevalences answered in a project: now, or at a moment that has passed."""

    @extend_schema(
        operation_id="in_service",
        parameters=[
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="UTC where no offset is given; default: now")
        ],
        responses={(200, JSON): ref(InService), (400, JSON): REFUSAL},
    )
    def get(self, request: Request, slug: str) -> Response:
        project = get_object_or_404(Project, slug=slug)
        try:
            return Response(in_service_document(answered_at(project, asked_moment(request.query_params.get("at", "")))))
        except MomentRefused as refused:
            return Response(refused.document(), status=refused.http)


class ServiceHistory(APIView):
    """Every change of the model in service, newest first."""

    @extend_schema(
        operation_id="service_history",
        parameters=[OpenApiParameter("as", str, enum=LAYOUTS, description="json (default) or csv")],
        responses={200: OpenApiTypes.OBJECT, (400, JSON): REFUSAL},
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """{"changes"} or CSV text; 400 names a wrong parameter."""
        rows = [period_row(period) for period in periods(get_object_or_404(Project, slug=slug))]
        layout = request.query_params.get("as", "json")
        if layout not in LAYOUTS:
            text = f"as {layout[:40]!r} is not one of {', '.join(LAYOUTS)}"
            return Response({"code": "not_allowed", "field": "as", "text": text}, status=400)
        if layout == "json":
            return Response({"changes": rows})
        table = csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
        answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="sightline-service-history-{slug}.csv"'
        return answer


def period_row(period: Period) -> dict[str, Any]:
    """Under the names of COLUMNS."""
    change, bundle = period.change, period.change.bundle
    return {
        "number": change.number,
        "from": change.created_at.isoformat(),
        "until": period.until.isoformat() if period.until else None,
        "bundle_id": bundle.bundle_id if bundle else None,
        "name": bundle.name if bundle else None,
        "version": bundle.version if bundle else None,
        "how": change.how,
        "by": change.created_by.username if change.created_by else None,
        "why": change.why,
    }


def in_service_document(answered: AnsweredAt) -> InService:
    """What the API gives."""
    row = period_row(answered.period) if answered.period else dict.fromkeys(COLUMNS)
    points: list[ApprovedPoint] = [
        {
            "finding": key,
            "threshold": point.threshold,
            "sensitivity": point.sensitivity,
            "specificity": point.specificity,
            "project_version": point.project_version or 0,
        }
        for key, point in answered.points.items()
    ]
    return {
        "at": answered.moment.isoformat(),
        "since": row["from"],
        "until": row["until"],
        "bundle_id": row["bundle_id"],
        "name": row["name"],
        "version": row["version"],
        "how": row["how"],
        "why": row["why"] or "",
        "by": row["by"],
        "points": points,
        "prevalences": answered.mix.prevalences if answered.mix else {},
    }
