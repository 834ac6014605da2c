"""What is answered when a view, or what runs around it, failed with an exception that nobody caught (Django's handler500).

A fault of the database that passes is 503 with Retry-After: JSON for programs, for people a page that comes again by itself.
A form is never sent again by itself: its page says so and holds what was typed, to be sent again by hand.
"""

import sys
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as plain_server_error

from webapp.database_faults import DatabaseFault, passing_fault

RETRY_AFTER_SECONDS = 5
TEXTS = {
    DatabaseFault.BUSY: "The database is busy with another write.",
    DatabaseFault.UNREACHABLE: "The database cannot be reached at the moment.",
}
AGAIN = "The request was not finished; send it again in a moment."


def server_error(request: HttpRequest) -> HttpResponse:
    """Called inside the handler of the exception. 503 while the database is busy or away, else 500. Reads no database."""
    fault = passing_fault(sys.exc_info()[1])
    if fault is None:
        return plain_server_error(request)
    response = _page(request, fault) if is_for_people(request) else _document(fault)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def is_for_people(request: HttpRequest) -> bool:
    """A browser that opens an address names text/html; what its scripts fetch does not."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def _document(fault: DatabaseFault) -> JsonResponse:
    body = {"code": f"database_{fault}", "field": "", "text": f"{TEXTS[fault]} {AGAIN}"}
    return JsonResponse(body, status=503)


def _page(request: HttpRequest, fault: DatabaseFault) -> HttpResponse:
    is_form = request.method not in ("GET", "HEAD")
    context = {
        "said": TEXTS[fault],
        "is_form": is_form,
        "fields": _sent_fields(request) if is_form else None,
        "seconds": RETRY_AFTER_SECONDS,
    }
    return HttpResponse(render_to_string("503.html", context), status=503)


def _sent_fields(request: HttpRequest) -> Sequence[tuple[str, str]] | None:
    """Names and values of a form, its CSRF token as it came, so that a stranger's form gains nothing by being shown again.

    None where the form cannot be held in a page: it has files or a password, or it could not be read.
    """
    try:
        fields, files = request.POST, request.FILES
    except Exception:  # too large, cut, or read by the view already: its own fault is told elsewhere
        return None
    if files or any("password" in name for name in fields):
        return None
    return [(name, value) for name, values in fields.lists() for value in values] or None
