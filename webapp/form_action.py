"""What a form asks a service to do, and the page that follows."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.refused import Refused


def act(request: HttpRequest, work: Callable[[], object], done: str, to: str, *args: object) -> HttpResponse:
    """Runs a service and goes on to the page `to`; a refusal becomes a message there, and nothing has changed."""
    try:
        work()
    except Refused as refusal:
        if refusal.http == 404:
            raise Http404(refusal.text) from None
        for text in _texts(refusal):
            messages.error(request, text)
    else:
        messages.success(request, done)
    return redirect(to, *args)


def _texts(refusal: Refused) -> list[str]:
    """Every problem that a refusal lists, or its one sentence; at most ten."""
    listed = refusal.more.get("problems") or refusal.more.get("errors") or []
    texts = [f"line {row['line']}: {row['text']}" if "line" in row else row["text"] for row in listed]
    return (texts or [refusal.text])[:10]
