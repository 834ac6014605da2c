"""GET and POST /api/images/{uid}/first-look/: the answer before the model; POST …/show-model/: the model without one."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.policy import require_person
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.json_bodies import ref
from webapp.refused import Refused, RefusedBody
from webapp.sent_body import SentBody, read_sent
from webapp.sentinel.look_body import FirstLookDocument, FirstLookRequest, ShowModelRequest
from webapp.sentinel.look_document import look_document
from webapp.sentinel.record_look import record_look, show_model
from webapp.sentinel.waiting import hidden_otherwise

JSON = "application/json"
DOCUMENT, REFUSED = ref(FirstLookDocument), ref(RefusedBody)
ANSWERS = {
    (201, JSON): DOCUMENT, (200, JSON): DOCUMENT,
    **{(status, JSON): REFUSED for status in (400, 401, 403, 409)},
}  # fmt: skip


class FirstLookView(APIView):
    """What a reader says of an image before the model is shown, where chance has drawn it. Locked once, never changed."""

    @extend_schema(operation_id="first_look", responses={(200, JSON): DOCUMENT, (403, JSON): REFUSED})
    def get(self, request: Request, uid: str) -> Response:
        """Whether this person's look waits, and the looks that this person may see."""
        image = image_or_404(request.user, uid)
        refusal = hidden_otherwise(request.user, image)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        return Response(look_document(request.user, image))

    @extend_schema(operation_id="lock_first_look", request={JSON: ref(FirstLookRequest)}, responses=ANSWERS)
    def post(self, request: Request, uid: str) -> Response:
        """Locks the answers (201); the model is open to this person from then on. Sent again: 200; other content: 409."""
        return _take(request, uid, FirstLookRequest, record_look)


class ShowModelView(APIView):
    """The way to the model without an answer, for an urgent need: kept with its reason, and no label comes of it."""

    @extend_schema(operation_id="show_model", request={JSON: ref(ShowModelRequest)}, responses=ANSWERS)
    def post(self, request: Request, uid: str) -> Response:
        return _take(request, uid, ShowModelRequest, show_model)


def _take(request: Request, uid: str, body: type[SentBody], record: Callable[..., tuple[Any, bool]]) -> Response:
    image: Image = image_or_404(request.user, uid)
    person = require_person(request.user)
    try:
        data = dict(request.data.items()) if isinstance(request.data, dict) else request.data
        _, is_new = record(person, image, read_sent(body, data))
    except Refused as refused:
        return Response(refused.document(), status=refused.http)
    return Response(look_document(person, image), status=201 if is_new else 200)
