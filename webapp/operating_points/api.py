"""GET /api/predictions/{id}/findings/{key}/operating-curve/: the measured curve of a finding, and what each point would come to."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.policy import Refusal, may_see_predictions
from webapp.archive.lookup import image_or_404
from webapp.operating_points.curve_document import curve_document
from webapp.operating_points.openapi import CURVE, REFUSAL
from webapp.predictions.models import Prediction
from webapp.predictions.views import refused
from webapp.work.models import Job

JSON = "application/json"
ANSWERS = {(200, JSON): CURVE, **{(status, JSON): REFUSAL for status in (403, 404)}}


class FindingOperatingCurve(APIView):
    """What-ifs only: nothing that is stored changes, whatever is asked here."""

    @extend_schema(operation_id="operating_curve", responses=ANSWERS)
    def get(self, request: Request, prediction_id: UUID, key: str) -> Response:
        prediction = get_object_or_404(Prediction.objects.select_related("job", "image__project"), id=prediction_id)
        refusal = may_see_predictions(request.user, image_or_404(request.user, prediction.image_id))
        if refusal:
            return refused(refusal, 403)
        if prediction.state != Job.State.SUCCEEDED:
            return refused(Refusal("no_result", f"This prediction is {prediction.state}: it has no findings."), 404)
        findings = prediction.document.get("findings", [])
        own = next((finding for finding in findings if finding["key"] == key), None)
        if own is None:
            known = ", ".join(finding["key"] for finding in findings) or "none"
            return refused(Refusal("unknown_finding", f"Finding {key[:64]!r} is not one of: {known}."), 404)
        audit.record(request.user, "see_predictions", f"image:{prediction.image_id}", count=1)  # it tells the number
        audit.record(request.user, "see_operating_curve", f"prediction:{prediction.id}", finding=key)
        return Response(curve_document(prediction, own))
