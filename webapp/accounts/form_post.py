"""`@form_post("worklist")`: the address that a form on the page of that name is sent to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def form_post(page: str) -> Callable[[View], View]:
    """POST by signed-in people only; GET goes to the form's page.

    A session may end while a form is open. The way back from signing in is a GET to the form's address, and an answer
    405 would be an empty window there.
    """

    def decorate(view: View) -> View:
        protected = login_required(view)

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return protected(request, *args, **kwargs)
            return redirect(page) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["POST"])

        return answer

    return decorate
