"""GET and POST /api/images/{uid}/later-truths/: what was found later; POST …/{truth}/withdrawal/: taken back."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_use_labels, require_person
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.json_bodies import ref
from webapp.later_truth.models import LaterTruth
from webapp.later_truth.record_truth import record_truth, withdraw_truth
from webapp.later_truth.truth_body import LaterTruthDocument, LaterTruthRequest, WithdrawLaterTruthRequest
from webapp.later_truth.truth_document import truth_document
from webapp.later_truth.visible import note_shown, open_truths
from webapp.refused import Refused, RefusedBody
from webapp.sent_body import read_sent

JSON = "application/json"
DOCUMENT, REFUSED = ref(LaterTruthDocument), ref(RefusedBody)
NO_STORE = {"Cache-Control": "no-store"}
SEEN = "see_later_truth"  # on its case: a look at it, as washout counts it (reader_study/washout.py)


class LaterTruths(APIView):
    """Statements of later examinations on one image: shown after the own answer, entered by managers and admins."""

    @extend_schema(operation_id="later_truths", responses={(200, JSON): DOCUMENT, (403, JSON): REFUSED})
    def get(self, request: Request, uid: str) -> Response:
        """Those that are open to the caller. Being shown one is recorded."""
        image, person = image_or_404(request.user, uid), require_person(request.user)
        refusal = may_use_labels(person, image)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        return Response(_told(person, image), headers=NO_STORE)

    @extend_schema(
        operation_id="enter_later_truth",
        request={JSON: ref(LaterTruthRequest)},
        responses={
            (201, JSON): DOCUMENT,
            (200, JSON): DOCUMENT,
            **{(status, JSON): REFUSED for status in (400, 401, 403, 409)},
        },
    )
    def post(self, request: Request, uid: str) -> Response:
        """Stores a statement (201). Sent again: 200; other content under its key: 409."""
        image, person = image_or_404(request.user, uid), require_person(request.user)
        try:
            truth, is_new = record_truth(person, image, read_sent(LaterTruthRequest, request.data))
        except Refused as refused:
            return Response(refused.document(), status=refused.http)
        return Response(_told(person, image, but=truth), status=201 if is_new else 200, headers=NO_STORE)


class LaterTruthWithdrawalView(APIView):
    """A statement is taken back: from then on it is on no page, in no export and no label."""

    @extend_schema(
        operation_id="withdraw_later_truth",
        request={JSON: ref(WithdrawLaterTruthRequest)},
        responses={(200, JSON): DOCUMENT, **{(status, JSON): REFUSED for status in (400, 401, 403, 409)}},
    )
    def post(self, request: Request, uid: str, truth: UUID) -> Response:
        image, person = image_or_404(request.user, uid), require_person(request.user)
        found = open_truths(person).filter(image=image, pk=truth).first()
        try:
            sent = read_sent(WithdrawLaterTruthRequest, request.data)
            if found is None:
                raise Http404("no statement that you may see has this id")
            withdraw_truth(person, found, sent)
        except Refused as refused:
            return Response(refused.document(), status=refused.http)
        return Response(_told(person, image), headers=NO_STORE)


def _told(person: User, image: Image, but: LaterTruth | None = None) -> LaterTruthDocument:
    """What is open to the person; that they are shown it is recorded, but for the statement that they have just sent."""
    document, truths = truth_document(person, image)
    told = [truth for truth in truths if truth != but]
    if told:
        note_shown(person, told)
        audit.record(person, SEEN, f"image:{image.pk}", truths=[str(truth.pk) for truth in told])
    return document
