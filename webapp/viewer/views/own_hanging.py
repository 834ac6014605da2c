"""GET, PUT and DELETE /api/me/hanging/: hanging rules of whoever asks."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.policy import require_person
from webapp.json_bodies import ref
from webapp.refused import Refused, RefusedBody
from webapp.viewer.own_hanging import HangingChoices, OwnHanging, own_hanging, store_hanging

JSON = "application/json"
RULES = {(200, JSON): ref(OwnHanging)}


class OwnHangingView(APIView):
    """Nobody sees or changes those of another person."""

    @extend_schema(operation_id="own_hanging", responses=RULES)
    def get(self, request: Request) -> Response:
        return Response(own_hanging(require_person(request.user)))

    @extend_schema(
        operation_id="store_own_hanging",
        request={JSON: ref(HangingChoices)},
        responses={**RULES, (400, JSON): ref(RefusedBody)},
    )
    def put(self, request: Request) -> Response:
        """All rules take the place of the stored ones; refused ones change nothing."""
        person = require_person(request.user)
        try:
            return Response(store_hanging(person, request.data))
        except Refused as refused:
            return Response(refused.document(), status=refused.http)

    @extend_schema(operation_id="reset_own_hanging", responses=RULES)
    def delete(self, request: Request) -> Response:
        """Back to the rules of the project."""
        person = require_person(request.user)
        person.hanging = {}
        person.save(update_fields=["hanging"])
        return Response(own_hanging(person))
