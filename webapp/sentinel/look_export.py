"""GET /api/first-looks/export/: what readers said before the model was shown, as CSV or JSON. Nothing of a patient."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.policy import Person, may_see_image, require
from webapp.csv_text import csv_text
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import not_under_embargo
from webapp.reviews.review_table import NOTICE
from webapp.sentinel.models import FirstAnswer, FirstLook

COLUMNS = (
    "look", "case", "image", "image_sha256", "kind", "draw_probability", "bundle", "finding", "says", "confidence",
    "box_x", "box_y", "box_w", "box_h", "rows", "columns", "shown_without_answer", "reader", "created_at", "model_threshold",
    "model_point_version", "notice",
)  # fmt: skip
LAYOUTS = ("csv", "json")
LOOKS_AT_ONCE = 200  # results are large


class FirstLookExport(APIView):
    """The looks whose image's model output the caller may see: one row for each answer, and one for each look without any."""

    @extend_schema(
        operation_id="export_first_looks",
        parameters=[OpenApiParameter("as", str, enum=LAYOUTS, description="csv (default) or json")],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """CSV text or {"notice", "looks"}; 400 names a wrong parameter."""
        require(may_see_image(request.user))
        layout = request.query_params.get("as", "csv")
        if layout not in LAYOUTS:
            text = f"as {layout[:40]!r} is not one of {', '.join(LAYOUTS)}"
            return Response({"code": "not_allowed", "field": "as", "text": text}, status=400)
        rows = list(_rows(request.user))
        audit.record(request.user, "export_first_looks", "first_looks", layout=layout, count=len(rows))
        if layout == "json":
            return Response({"notice": NOTICE, "looks": rows})
        table = csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
        answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="sightline-first-looks.csv"'
        return answer


def _rows(person: Person) -> Iterator[dict[str, Any]]:
    looks = not_under_embargo(FirstLook.objects.all(), person, "draw__image")
    results = Prediction.objects.filter(finished_at__isnull=False).order_by("created_at")
    results = results.only("image_id", "bundle_id", "created_at", "finished_at", "document")
    looks = looks.select_related("draw__image", "reader")
    looks = looks.prefetch_related("answers", Prefetch("draw__image__predictions", results))
    for look in looks.order_by("created_at", "pk").iterator(LOOKS_AT_ONCE):
        answers = list(look.answers.all())
        points = _opened_points(look)
        yield from (
            _row(look, answer, points.get(answer.finding, {}) if answer else {}) for answer in answers or [None]
        )


def _opened_points(look: FirstLook) -> dict[str, dict[str, Any]]:
    """finding -> the operating point of the result that the look opened: the newest of the bundle that was asked about."""
    then = [
        result
        for result in look.draw.image.predictions.all()
        if result.bundle_id == look.bundle_id
        and result.document
        and result.finished_at is not None
        and result.finished_at <= look.created_at
    ]
    findings = then[-1].document.get("findings", []) if then else []
    return {finding["key"]: finding.get("operating_point") or {} for finding in findings}


def _row(look: FirstLook, answer: FirstAnswer | None, point: Mapping[str, Any]) -> dict[str, Any]:
    """Under the names of COLUMNS. Box in source pixels. point: the answer itself was given before any."""
    image, box = look.draw.image, (answer.box if answer else None) or {}
    return {
        "look": str(look.pk),
        "case": image.code,
        "image": str(image.pk),
        "image_sha256": look.image_sha256,
        "kind": look.kind.value if answer else None,
        "draw_probability": look.draw.probability,
        "bundle": look.bundle_id,
        "finding": answer.finding if answer else None,
        "says": answer.says if answer else None,
        "confidence": answer.confidence if answer else None,
        **{f"box_{side}": box.get(side) for side in "xywh"},
        "rows": image.rows,
        "columns": image.columns,
        "shown_without_answer": look.broken,
        "reader": look.reader.get_username(),
        "created_at": look.created_at.isoformat(),
        "model_threshold": point.get("threshold"),
        "model_point_version": point.get("project_version"),
        "notice": NOTICE,
    }
