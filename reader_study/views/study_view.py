"""What every view of the study API shares: strangers get 404, refusals are JSON, nothing is cached."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.models import Study
from reader_study.refusal import StudyRefused, require
from reader_study.visible import visible_to
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal, require_person
from webapp.first_renderer import FirstRenderer
from webapp.sent_body import Body, read_sent

NO_STUDY = "There is no such study."


class StudyView(APIView):
    """Base of the views below /api/studies/."""

    content_negotiation_class: type[BaseContentNegotiation] = FirstRenderer

    def person(self, request: Request) -> User:
        return require_person(request.user)

    def study(self, request: Request, key: UUID) -> Study:
        """The study, when the person is a member of it now; anything else is 404."""
        found: Study | None = visible_to(Study.objects.all(), self.person(request)).filter(pk=key).first()
        if found is None:
            raise StudyRefused("not_found", NO_STUDY, http=404)
        return found

    def row(self, request: Request, model: type[Model], **wanted: Any) -> Any:
        """One row that the person may see; anything else is 404."""
        found = visible_to(model.objects.all(), self.person(request)).filter(**wanted).first()  # type: ignore[attr-defined]
        if found is None:
            raise StudyRefused("not_found", "There is no such thing in this study.", http=404)
        return found

    def sent(self, request: Request, model: type[Body], within: str = "") -> Body:
        """What was sent, checked by its model. Raises StudyRefused (400)."""
        data = dict(request.data.items()) if isinstance(request.data, dict) else request.data
        return read_sent(model, data, within=within)

    def require(self, refusal: Refusal | None) -> None:
        require(refusal)

    def handle_exception(self, error: Exception) -> Response:
        """Refusals as JSON, without the exception's own text anywhere else."""
        if isinstance(error, StudyRefused):
            response = Response(error.document(), status=error.http)
            response.exception = True
            return response
        return super().handle_exception(error)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing of a study may lie in a cache, where the next person or stage could find it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


def key_of(request: Request) -> str:
    """The idempotency key of the header."""
    return str(request.headers.get("Idempotency-Key", ""))


def tab_of(request: Request) -> str:
    """Which tab of the browser is asking."""
    return str(request.headers.get("X-Tab", ""))[:64]
