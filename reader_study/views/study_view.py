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


def data_of(request: Request) -> dict[str, Any]:
    """The body as an object. Raises StudyRefused (400)."""
    if not isinstance(request.data, dict):
        raise StudyRefused("not_an_object", "the body is not a JSON object", "", 400)
    return dict(request.data.items())


def only(data: dict[str, Any], *known: str) -> dict[str, Any]:
    """The body, when it has no other fields. Raises StudyRefused (400) naming the first unknown one."""
    for name in data:
        if name not in known:
            text = f"{str(name)[:40]!r} is not one of {', '.join(known) or 'nothing: the body is empty'}"
            raise StudyRefused("unknown_field", text, str(name)[:40], 400)
    return data


def tab_of(request: Request) -> str:
    """Which tab of the browser is asking."""
    return str(request.headers.get("X-Tab", ""))[:64]
