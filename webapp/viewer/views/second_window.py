"""`/second-window/`: pictures beside a case, in a window of their own. It knows no case: its reading page tells it by the browser,
and every picture is asked for, checked and recorded as for that page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_GET

from webapp.built_viewer import is_built
from webapp.viewer.own_keys import keys_of
from webapp.viewer.page_bodies import SecondWindowBoot

ENTRY = "src/second_window.tsx"


@login_required
@require_GET
def second_window(request: HttpRequest) -> HttpResponse:
    """503 with what to do when the viewer has not been built."""
    if not is_built(ENTRY):
        return render(request, "viewer/not_built.html", status=503)
    user: Any = request.user
    boot: SecondWindowBoot = {"keys": keys_of(user), "csrf": get_token(request)}
    return render(request, "viewer/second_window.html", {"entry": ENTRY, "boot": boot})
