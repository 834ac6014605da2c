"""GET /api/images/{uid}/site-proposals/: which sites and side are proposed for a place in the image."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from webapp import audit
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.archive.serializers import FaultSerializer
from webapp.reviews.openapi import SITE_PROPOSALS
from webapp.reviews.site_proposals import site_proposals

FAULTS = {409: OpenApiResponse(FaultSerializer, description="the stored file is damaged")}


class SiteProposalsView(IntegrityAnswer):
    """A raster over the stored picture, from its pixels alone: whoever may see the picture may see it."""

    @extend_schema(operation_id="site_proposals", responses={(200, "application/json"): SITE_PROPOSALS, **FAULTS})
    def get(self, request: Request, uid: str) -> Response:
        """Sites in the order to offer, by group of findings; `problem` says why none are proposed."""
        image = image_or_404(request.user, uid)
        document = site_proposals(image)
        audit.record(request.user, "image.view_site_proposals", f"image:{image.pk}")
        return Response(document, headers={"Cache-Control": "no-store"})
