"""GET /api/images/{uid}/priors/: what can be laid beside an image; POST …/priors/{prior}/opening/: one of them is laid there."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.policy import may_see_predictions, may_see_priors
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.json_bodies import ref
from webapp.predictions.models import Prediction
from webapp.priors.openapi import OpenedPrior, PriorImages, TrendDocument
from webapp.priors.prior_images import compared_images, prior_images
from webapp.priors.trend import trend_document
from webapp.refused import Refused, RefusedBody

JSON = "application/json"
REFUSED = ref(RefusedBody)
NOT_BESIDE = Refused("not_beside", "This image cannot be laid beside that one, or is hidden from you.", http=404)
OPENED = "open_prior"  # a look, as washout counts it (reader_study/washout.py)


class ImagePriors(APIView):
    """Dates and ids of other images of the patient. No pixels, and nothing of a model."""

    @extend_schema(operation_id="image_priors", responses={(200, JSON): ref(PriorImages), (403, JSON): REFUSED})
    def get(self, request: Request, uid: str) -> Response:
        image = image_or_404(request.user, uid)
        refusal = may_see_priors(request.user, image)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        document = prior_images(request.user, image)
        shown = [one["id"] for one in (*document["priors"], *document["companions"])]
        audit.record(request.user, "image.list_priors", f"image:{image.pk}", shown=shown)
        return Response(document, headers={"Cache-Control": "no-store"})


class PredictionTrend(APIView):
    """What the model said of the patient's earlier images, beside one of its results."""

    @extend_schema(operation_id="prediction_trend", responses={(200, JSON): ref(TrendDocument), (403, JSON): REFUSED})
    def get(self, request: Request, prediction_id: UUID) -> Response:
        """Each image whose number is told, the shown one too, is recorded as one whose result was seen."""
        result = get_object_or_404(Prediction.objects.select_related("image__project", "job"), pk=prediction_id)
        refusal = may_see_priors(request.user, result.image) or may_see_predictions(request.user, result.image)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        document, told = trend_document(request.user, result)
        for image in told:
            audit.record(request.user, "see_predictions", f"image:{image.pk}", beside=str(result.image.pk))
        return Response(document, headers={"Cache-Control": "no-store"})


class PriorOpening(APIView):
    """A reading page lays another image beside its own: recorded as a look before anything of it is shown."""

    @extend_schema(
        operation_id="open_prior",
        request=None,
        responses={(200, JSON): ref(OpenedPrior), (403, JSON): REFUSED, (404, JSON): REFUSED},
    )
    def post(self, request: Request, uid: str, prior: UUID) -> Response:
        image = image_or_404(request.user, uid)
        refusal = may_see_priors(request.user, image)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        found = _beside(request, image, prior)
        if found is None:
            return Response(NOT_BESIDE.document(), status=NOT_BESIDE.http)
        audit.record(request.user, OPENED, f"image:{found.pk}", beside=str(image.pk))
        return Response(OpenedPrior(image=str(found.pk)))


def _beside(request: Request, image: Image, prior: UUID) -> Image | None:
    """The list is asked anew: what a study has hidden since it was shown is not opened any more."""
    compared, _ = compared_images(request.user, image)
    return next((one.image for one in compared if one.image.pk == prior), None)
