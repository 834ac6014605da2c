"""Pages: signing in and out, and the door of the admin pages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.accounts.demo_users import DEMO_USERS
from webapp.accounts.forms import SettingsForm, SignInForm
from webapp.accounts.next_page import next_page
from webapp.accounts.policy import may_manage_people, require, require_person
from webapp.accounts.sign_in_throttle import TOO_MANY
from webapp.built_viewer import is_built

KEY_SETTINGS = "src/key_settings.tsx"


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The way in. `login` gives the session a new key, so that a key known from before is worth nothing."""
    target = next_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return _sign_in_page(request, SignInForm(request), target, 200)
    form = SignInForm(request, request.POST)
    if form.is_valid() and form.user is not None:
        login(request, form.user)
        return HttpResponseRedirect(target)
    return _sign_in_page(request, form, target, 429 if form.refusal == TOO_MANY else 200)


@require_safe
def admin_door(request: HttpRequest) -> HttpResponse:
    """Where /admin/ sends those it does not let in: to the one sign-in, which slows down guessing, or away."""
    require(may_manage_people(request.user) if request.user.is_authenticated else None)
    if request.user.is_authenticated:
        return redirect("admin:index")
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    """`/settings/`: what the person signed in decides about their own pages."""
    person = require_person(request.user)
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, "Your settings are saved.")
        return redirect("own_settings")
    keys = KEY_SETTINGS if is_built(KEY_SETTINGS) else ""
    context = {
        "form": form,
        "key_settings": keys,
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
    }
    return render(request, "accounts/settings.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))


def _sign_in_page(request: HttpRequest, form: SignInForm, target: str, status: int) -> HttpResponse:
    people = [{"username": person.username, "role": person.role} for person in DEMO_USERS]
    context = {"form": form, "next": target, "demo_users": people if settings.SIGHTLINE_DEMO else []}
    return render(request, "accounts/sign_in.html", context, status=status)
