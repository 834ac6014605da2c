"""Requests on a disk that is full: the ballast goes first, and what still cannot be recorded is not shown.

A read is recorded before its bytes are given. On a full disk the event cannot be committed: then the ballast is released and
the read tried once more; when that is used up too, the answer is 503 with a sentence and nothing else.
"""

import sys
from inspect import iscoroutinefunction
from typing import Any

from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from webapp.archive.storage import is_disk_full
from webapp.server_error import is_for_people
from webapp.work.ballast import release_ballast
from webapp.work.disk_space import disk_space

READS = ("GET", "HEAD")
RETRY_AFTER_SECONDS = 30
TEXT = (
    "The disk of the server is full. What is asked for cannot be recorded, so it is neither shown nor saved. "
    "Tell the administrator, then try again."
)


class FullDiskMiddleware(MiddlewareMixin):
    """Stands before all that writes. A read that met the full disk is tried again; a form never is: it may be half done."""

    def process_request(self, request: HttpRequest) -> None:
        if disk_space().is_full:
            release_ballast()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_disk_full(error):
            return None
        release_ballast()
        match = request.resolver_match
        if request.method not in READS or match is None or iscoroutinefunction(match.func):
            return _answer(request)
        try:
            again: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except Exception as second:
            if not is_disk_full(second):
                raise
            return _answer(request)
        return again

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """What failed outside the view, such as a session that could not be saved."""
        return _answer(request) if getattr(request, "met_full_disk", False) else response


@receiver(got_request_exception)
def note_full_disk(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Called while the exception is handled, whichever layer let it through."""
    error = sys.exc_info()[1]
    if request is not None and isinstance(error, Exception) and is_disk_full(error):
        request.met_full_disk = True  # type: ignore[attr-defined]


def _answer(request: HttpRequest) -> HttpResponse:
    response: HttpResponse
    if is_for_people(request):
        response = HttpResponse(render_to_string("disk_full.html", {"text": TEXT}), status=503)
    else:
        response = JsonResponse({"code": "disk_full", "field": "", "text": TEXT}, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
