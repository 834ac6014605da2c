"""GET /api/images/{uid}/thorax/: where the thorax lies in a picture, so that a page can lay two pictures over each other by it."""

from typing import Annotated

from drf_spectacular.utils import OpenApiResponse, extend_schema
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import TypedDict

from inference.thorax import NoThorax
from webapp import audit
from webapp.archive.frame.thorax import thorax_of
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.archive.serializers import FaultSerializer
from webapp.json_bodies import ref
from webapp.refused import RefusalBody

FAULTS = {409: OpenApiResponse(FaultSerializer, description="the stored file is damaged")}
Line = Annotated[list[float], Field(description="x at the height of the apices and at that of the diaphragm")]


class ThoraxLines(TypedDict):
    """Pixels of the stored picture turned to L\\F, corner convention (`inference.thorax.ThoraxFrame`)."""

    midline: Line
    half_right: float
    half_left: float
    apex: float
    right_dome: float
    left_dome: float


class ThoraxDocument(TypedDict):
    """lines: null where no thorax was found; problem then says why."""

    image: str
    lines: ThoraxLines | None
    problem: RefusalBody | None


class ThoraxView(IntegrityAnswer):
    """From the pixels alone: whoever may see the picture may see it. The first to ask waits for the search, about a second."""

    @extend_schema(operation_id="image_thorax", responses={(200, "application/json"): ref(ThoraxDocument), **FAULTS})
    def get(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        found = thorax_of(image)
        document: ThoraxDocument = {"image": str(image.pk), "lines": None, "problem": None}
        if isinstance(found, NoThorax):
            document["problem"] = {"code": found.code, "text": found.text}
        else:
            document["lines"] = {
                "midline": list(found.midline),
                "half_right": found.half_right,
                "half_left": found.half_left,
                "apex": found.apex,
                "right_dome": found.right_dome,
                "left_dome": found.left_dome,
            }
        audit.record(request.user, "image.view_thorax", f"image:{image.pk}")
        return Response(document, headers={"Cache-Control": "no-store"})
