"""GET, PUT and DELETE /api/me/keys/: keys and mouse buttons of whoever asks."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.policy import require_person
from webapp.json_bodies import ref
from webapp.refused import Refused, RefusedBody
from webapp.viewer.own_keys import LONGEST_BODY, KeyChoices, OwnKeys, keys_of, store_keys

JSON = "application/json"
KEYS = {(200, JSON): ref(OwnKeys)}


class OwnKeysView(APIView):
    """Nobody sees or changes those of another person."""

    @extend_schema(operation_id="own_keys", responses=KEYS)
    def get(self, request: Request) -> Response:
        return Response(keys_of(require_person(request.user)))

    @extend_schema(
        operation_id="store_own_keys",
        request={JSON: ref(KeyChoices)},
        responses={**KEYS, (400, JSON): ref(RefusedBody), (413, JSON): ref(RefusedBody)},
    )
    def put(self, request: Request) -> Response:
        """The whole map takes the place of the stored one; a refused one changes nothing."""
        person = require_person(request.user)
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > LONGEST_BODY:
            text = f"the map has {size} bytes; at most {LONGEST_BODY}"
            return Response(Refused("too_large", text, http=413).document(), status=413)
        try:
            return Response(store_keys(person, request.data))
        except Refused as refused:
            return Response(refused.document(), status=refused.http)

    @extend_schema(operation_id="reset_own_keys", responses=KEYS)
    def delete(self, request: Request) -> Response:
        """Back to the usual keys."""
        person = require_person(request.user)
        person.own_keys = {}
        person.save(update_fields=["own_keys"])
        return Response(keys_of(person))
