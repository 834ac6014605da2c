"""API of predictions. Who may see AI output of an image is decided by accounts.policy, embargoes of studies included."""

import logging
from typing import Any
from uuid import UUID

import numpy as np
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inference.map_drawing import map_png
from webapp import audit
from webapp.accounts.policy import Refusal, may_review, may_see_predictions
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.audit.ahead import seen_or_fetched
from webapp.first_renderer import FirstRenderer
from webapp.predictions.document import prediction_document
from webapp.predictions.map_files import read_map
from webapp.predictions.models import Prediction
from webapp.predictions.openapi import PREDICTION, PREDICTIONS, REFUSAL
from webapp.predictions.requests import predict_again
from webapp.work.jobs.cancel import cancel, retry
from webapp.work.models import Job

logger = logging.getLogger(__name__)
JSON = "application/json"
CHANGED = {(200, JSON): PREDICTION, (403, JSON): REFUSAL, (409, JSON): REFUSAL}
MAP_LOST = Refusal("map_lost", "The file of this map is missing or damaged on the server. Run the model again.")


class ImagePredictions(APIView):
    """All results of one image, newest first; POST asks for another run with the bundle then in service."""

    @extend_schema(operation_id="image_predictions", responses={(200, JSON): PREDICTIONS, (403, JSON): REFUSAL})
    def get(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        refusal = may_see_predictions(request.user, image)
        if refusal:
            return refused(refusal, 403)
        predictions = list(image.predictions.select_related("job"))
        audit.record(
            request.user, seen_or_fetched(request, "see_predictions"), f"image:{image.id}", count=len(predictions)
        )
        return Response({"results": [prediction_document(prediction) for prediction in predictions]})

    @extend_schema(
        operation_id="predict_again",
        request=None,
        responses={(201, JSON): PREDICTION, (200, JSON): PREDICTION, (403, JSON): REFUSAL},
    )
    def post(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        refusal = may_review(request.user, image)
        if refusal:
            return refused(refusal, 403)
        prediction, is_new = predict_again(image)
        if is_new:
            audit.record(request.user, "predict_again", f"image:{image.id}", prediction=str(prediction.id))
        return Response(prediction_document(prediction), status=201 if is_new else 200)


class CancelPrediction(APIView):
    """Stops a queued prediction at once and a running one within a second."""

    @extend_schema(operation_id="cancel_prediction", request=None, responses=CHANGED)
    def post(self, request: Request, prediction_id: UUID) -> Response:
        return _change(request, prediction_id, "cancel")


class RetryPrediction(APIView):
    """Queues a failed or cancelled prediction again."""

    @extend_schema(operation_id="retry_prediction", request=None, responses=CHANGED)
    def post(self, request: Request, prediction_id: UUID) -> Response:
        return _change(request, prediction_id, "retry")


class PredictionMap(APIView):
    """One kind of map: float32 little-endian [K, h, w] in the order of the findings, or one finding as PNG."""

    content_negotiation_class = FirstRenderer

    @extend_schema(
        operation_id="prediction_map",
        parameters=[
            OpenApiParameter("format", OpenApiTypes.STR, enum=["png"], description="a coloured picture of one finding"),
            OpenApiParameter("finding", OpenApiTypes.STR, description="key of the finding, with format=png"),
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (200, "image/png"): OpenApiTypes.BINARY,
            **{(status, JSON): REFUSAL for status in (400, 403, 404, 409)},
        },
    )
    def get(self, request: Request, prediction_id: UUID, kind: str) -> HttpResponse:
        prediction, image = _prediction_or_404(request, prediction_id)
        refusal = may_see_predictions(request.user, image)
        if refusal:
            return refused(refusal, 403)
        described = _described_map(prediction, kind)
        if isinstance(described, Refusal):
            return refused(described, 404)
        sha256 = prediction.maps_sha256.get(kind, "")
        values = read_map(prediction.maps_key, kind, shape_of(described), sha256)
        if values is None:
            logger.error("map %s of prediction %s is missing or damaged", kind, prediction.id)
            return refused(MAP_LOST, 409)
        audit.record(request.user, seen_or_fetched(request, "see_map"), f"prediction:{prediction.id}", kind=kind)
        etag = f'"{prediction.maps_key}.{kind}"'
        if request.GET.get("format") == "png":
            return _picture(prediction, described, values, request.GET.get("finding", ""))
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        shape = ",".join(str(size) for size in values.shape)
        return HttpResponse(
            values.tobytes(), content_type="application/octet-stream", headers={"X-Map-Shape": shape, "ETag": etag}
        )


def refused(refusal: Refusal, status: int) -> Response:
    """A refusal as the body of an answer."""
    return Response({"code": refusal.code, "text": refusal.text}, status=status)


def _prediction_or_404(request: Request, prediction_id: UUID) -> tuple[Prediction, Image]:
    prediction = get_object_or_404(Prediction.objects.select_related("job", "image"), id=prediction_id)
    return prediction, image_or_404(request.user, prediction.image_id)


def _change(request: Request, prediction_id: UUID, verb: str) -> Response:
    prediction, image = _prediction_or_404(request, prediction_id)
    refusal = may_review(request.user, image)
    if refusal:
        return refused(refusal, 403)
    act = {"cancel": cancel, "retry": retry}[verb]
    if prediction.job is None or not act(prediction.job.id):
        text = f"A prediction that is {prediction.state} cannot be changed by {verb}."
        return refused(Refusal("wrong_state", text), 409)
    audit.record(request.user, f"{verb}_prediction", f"prediction:{prediction.id}")
    prediction.job.refresh_from_db()
    return Response(prediction_document(prediction))


def _described_map(prediction: Prediction, kind: str) -> dict[str, Any] | Refusal:
    if prediction.state != Job.State.SUCCEEDED:
        return Refusal("no_result", f"This prediction is {prediction.state}: it has no maps.")
    maps: list[dict[str, Any]] = prediction.document.get("maps", [])
    for described in maps:
        if described["kind"] == kind:
            return described
    known = ", ".join(described["kind"] for described in maps) or "none"
    return Refusal("unknown_map", f"Map kind {kind[:32]!r} is not one of: {known}.")


def shape_of(described: dict[str, Any]) -> tuple[int, int, int]:
    """K, h, w of a map that a result describes."""
    return len(described["findings"]), described["height"], described["width"]


def _picture(prediction: Prediction, described: dict[str, Any], values: np.ndarray, finding: str) -> HttpResponse:
    if finding not in described["findings"]:
        known = ", ".join(described["findings"])
        return refused(Refusal("unknown_finding", f"Finding {finding[:64]!r} is not one of: {known}."), 400)
    caption = f"{described['method']} {finding}, {prediction.bundle_name} {prediction.bundle_version}"
    picture = map_png(values[described["findings"].index(finding)], caption)
    return HttpResponse(picture, content_type="image/png")
