"""`/display-check/`: the test picture, what it found, and its strips. Everybody's own checks only."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.next_page import next_page
from webapp.accounts.policy import require_person
from webapp.accounts.sitting import sitting_of
from webapp.display_check.ask_and_judge import MOST_PX, MOST_RATIO, NotTaken, Screen, ask, judge, passed_in
from webapp.display_check.models import DisplayCheck
from webapp.display_check.strips import FIELDS, STRIPS, strip_png


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def display_check(request: HttpRequest) -> HttpResponse:
    """A new picture with each visit; a sent answer leads to what it found."""
    person, sitting, on = require_person(request.user), sitting_of(request.session), next_page(request)
    if request.method == "POST":
        try:
            check = judge(person, sitting, _key(request), _given(request), _screen(request))
        except NotTaken as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(_with_next(reverse("display_check"), on))
        return HttpResponseRedirect(_with_next(reverse("checked_display", args=[check.pk]), on))
    if request.method == "HEAD":
        return HttpResponse()
    check = ask(person, sitting)
    context = {
        "check": check,
        "strips": [{"code": code, "title": STRIPS[code].title} for code in check.places],
        "fields": range(1, FIELDS + 1),
        "next": on,
        "passed": passed_in(person, sitting),
    }
    return render(request, "display_check/ask.html", context)


@never_cache
@login_required
@require_safe
def checked_display(request: HttpRequest, key: UUID) -> HttpResponse:
    """What one answered check found. 404 for another person's."""
    check = _own(request, key)
    if check.answered_at is None:
        raise Http404("this check is not answered")
    strips = [
        {"title": STRIPS[code].title, "missed": code in check.missed, "why": STRIPS[code].missed}
        for code in check.places
    ]
    return render(request, "display_check/found.html", {"check": check, "strips": strips, "next": next_page(request)})


@never_cache
@login_required
@require_safe
def strip(request: HttpRequest, key: UUID, code: str) -> HttpResponse:
    """One strip of an own check as PNG."""
    check = _own(request, key)
    if code not in check.places:
        raise Http404("the picture has no such strip")
    return HttpResponse(strip_png(code, check.places[code]), content_type="image/png")


def _own(request: HttpRequest, key: UUID) -> DisplayCheck:
    check = DisplayCheck.objects.filter(pk=key, user=require_person(request.user)).first()
    if check is None:
        raise Http404("no display check has this id")
    return check


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("check", ""))
    except ValueError as problem:
        raise NotTaken("The answer names no picture; here is a new one.") from problem


def _given(request: HttpRequest) -> dict[str, int]:
    """Code of a strip -> 1 to FIELDS, 0 for none seen; what is nothing of these is left out, as if not answered."""
    allowed = {str(field) for field in range(FIELDS + 1)}
    return {code: int(value) for code in STRIPS if (value := request.POST.get(code, "")) in allowed}


def _screen(request: HttpRequest) -> Screen:
    def number(name: str, most: float) -> float | None:
        try:
            value = float(request.POST.get(name, ""))
        except ValueError:
            return None
        return value if 0 < value <= most else None

    width, height = number("screen_width", MOST_PX), number("screen_height", MOST_PX)
    ratio = number("pixel_ratio", MOST_RATIO)
    return Screen(None if width is None else int(width), None if height is None else int(height), ratio)


def _with_next(address: str, on: str) -> str:
    return f"{address}?{urlencode({'next': on})}" if on else address
