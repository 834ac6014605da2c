"""GET /api/images/{uid}/dicom-header/: every element of the stored file as text, for people to look things up."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import TypedDict

from webapp import audit
from webapp.accounts.policy import may_see_dicom_header, may_see_image
from webapp.archive import children
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.archive.serializers import FaultSerializer
from webapp.archive.storage import verified_path
from webapp.json_bodies import ref
from webapp.refused import Refused, RefusedBody

JSON = "application/json"
HIDDEN = "This image is a case of a running study of yours: its DICOM header is hidden until the study ends."


class DicomHeaderRow(TypedDict):
    """One element, in the order of the file. tag: (gggg,eeee). value: text; of bytes "12 bytes"; empty for a sequence or an item.
    bytes: of the whole value, where the file states them. is_cut: `value` is its beginning. depth: 0 at the top, 1 for the items of
    a sequence there, 2 for their elements."""

    depth: int
    tag: str
    name: str
    vr: str
    value: str
    bytes: int
    is_cut: bool
    is_private: bool


class DicomHeaderDocument(TypedDict):
    """stopped: why the file holds more than the rows, in a sentence; empty where it does not."""

    rows: list[DicomHeaderRow]
    stopped: str


class DicomHeaderView(IntegrityAnswer):
    """Of the file as stored, without its pixels."""

    @extend_schema(
        operation_id="images_dicom_header",
        responses={
            (200, JSON): ref(DicomHeaderDocument),
            (403, JSON): ref(RefusedBody),
            409: FaultSerializer,
        },
    )
    def get(self, request: Request, key: str) -> Response:
        image = image_or_404(request.user, key)
        refusal = may_see_dicom_header(request.user, image)
        if refusal:
            text = refusal.text if may_see_image(request.user, image) else HIDDEN
            return Response(Refused(refusal.code, text).document(), status=403)
        listing = children.list_header(verified_path(image))
        audit.record(request.user, "image.view_dicom_header", f"image:{image.pk}", rows=len(listing.rows))
        return Response(listing.to_json(), headers={"Cache-Control": "no-store"})
