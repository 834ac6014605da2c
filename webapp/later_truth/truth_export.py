"""GET /api/later-truths/export/: what was found later, as CSV or JSON. Nothing of a patient or of what readers had said."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.policy import require_person
from webapp.csv_text import csv_text
from webapp.later_truth.models import LaterTruth
from webapp.later_truth.visible import exported_truths, note_shown
from webapp.reviews.review_table import NOTICE

COLUMNS = (
    "truth", "case", "image", "image_sha256", "kind", "finding", "term", "says", "source", "days_after", "box_x", "box_y", "box_w",
    "box_h", "rows", "columns", "note", "entered_by", "created_at", "notice",
)  # fmt: skip
LAYOUTS = ("csv", "json")


class LaterTruthExport(APIView):
    """Statements that stand: of managers and admins all, of others those that are open to them after their own answers."""

    @extend_schema(
        operation_id="export_later_truths",
        parameters=[OpenApiParameter("as", str, enum=LAYOUTS, description="csv (default) or json")],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """CSV text or {"notice", "later_truths"}; 400 names a wrong parameter. What is exported counts as shown."""
        person = require_person(request.user)
        layout = request.query_params.get("as", "csv")
        if layout not in LAYOUTS:
            text = f"as {layout[:40]!r} is not one of {', '.join(LAYOUTS)}"
            return Response({"code": "not_allowed", "field": "as", "text": text}, status=400)
        truths = list(exported_truths(person))
        note_shown(person, truths)
        rows = [_row(truth) for truth in truths]
        audit.record(person, "export_later_truths", "later_truths", layout=layout, count=len(rows))
        if layout == "json":
            return Response({"notice": NOTICE, "later_truths": rows})
        table = csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))
        answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="sightline-later-truths.csv"'
        return answer


def _row(truth: LaterTruth) -> dict[str, Any]:
    """Under the names of COLUMNS. Box in source pixels. Days, not dates: a date belongs to the patient."""
    image, box = truth.image, truth.box or {}
    return {
        "truth": str(truth.pk),
        "case": image.code,
        "image": str(image.pk),
        "image_sha256": truth.image_sha256,
        "kind": truth.kind.value,
        "finding": truth.finding,
        "term": truth.term,
        "says": truth.says,
        "source": truth.source,
        "days_after": truth.days_after,
        **{f"box_{side}": box.get(side) for side in "xywh"},
        "rows": image.rows,
        "columns": image.columns,
        "note": truth.note,
        "entered_by": truth.created_by.get_username() if truth.created_by else "",
        "created_at": truth.created_at.isoformat(),
        "notice": NOTICE,
    }
