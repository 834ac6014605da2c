"""A random id per HTTP request, so that the events of one request can be read together."""

import uuid
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Id of the request being answered in this context; empty in commands and workers."""
    return _request_id.get()


class RequestIdMiddleware(MiddlewareMixin):
    """Gives each request a fresh id, also sent back as `X-Request-Id`. Ids sent by clients are not trusted."""

    def process_request(self, request: HttpRequest) -> None:
        _request_id.set(str(uuid.uuid4()))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers["X-Request-Id"] = current_request_id()
        return response
