"""What is answered to a request that Django itself does not take: too many fields or files, too large, a body or a host name that
cannot be read (Django's handler400). JSON for programs, a page for people, in the same words.

The exception's own text is not told: it may repeat what was sent.
"""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

from webapp.server_error import is_for_people

NOT_UNDERSTOOD = "The address or the form was incomplete or too large."
CHECK = "Go back, check what you sent, and try again."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 with a code and a sentence."""
    code, text = _fault(exception)
    if is_for_people(request):
        return HttpResponse(render_to_string("400.html", {"said": text, "check": CHECK}), status=400)
    return JsonResponse({"code": code, "field": "", "text": text}, status=400)


def too_many_files_text() -> str:
    """Also what uploads say, which answer 413."""
    return f"One request may hold {settings.MAX_FILES_PER_REQUEST} files. Send fewer, or a zip."


def _fault(exception: Exception) -> tuple[str, str]:
    if isinstance(exception, TooManyFieldsSent):
        return "too_many_fields", f"One request may hold {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields. Send fewer."
    if isinstance(exception, TooManyFilesSent):
        return "too_many_files", too_many_files_text()
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 2**20
        return "request_too_large", f"The fields of one request may hold {most:g} MiB. Send less."
    if isinstance(exception, MultiPartParserError):
        return "not_multipart", "The body is not multipart/form-data that can be read."
    return "bad_request", NOT_UNDERSTOOD
