"""Session limits: SESSION_IDLE_SECONDS without a request by the person, SESSION_COOKIE_AGE in all.

Nothing is lost at the end of a session: every mark and verdict of a reader is stored when it is made.
Requests that a page sends by itself (polling, server-sent events) carry `X-Background: 1` and do not count as activity.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import UpdateError
from django.db import Error
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from webapp.database_faults import passing_fault
from webapp.database_wait import impatient_transaction

SIGNED_IN_AT = "signed_in_at"
LAST_SEEN = "last_seen"
REFRESH_SECONDS = (
    60  # the session row is written at most this often: one commit per request would cost more than it tells
)
SAVE_PATIENCE_SECONDS = 0.5
BACKGROUND_PATHS = ("/events/",)  # a browser's EventSource cannot send a header


@receiver(user_logged_in)
def start_session_clock(sender: Any, request: HttpRequest | None, **kwargs: Any) -> None:
    """Notes when the session began. `request` has a session only for sign-ins through a page."""
    if request is not None and hasattr(request, "session"):
        request.session[SIGNED_IN_AT] = request.session[LAST_SEEN] = int(time.time())


class SessionLimitsMiddleware(MiddlewareMixin):
    """Signs the person out when either limit has passed."""

    def process_request(self, request: HttpRequest) -> None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return
        now = int(time.time())
        if has_expired(now, request.session.get(SIGNED_IN_AT, now), request.session.get(LAST_SEEN, now)):
            logout(request)
        elif not _is_background(request) and now - request.session.get(LAST_SEEN, 0) >= REFRESH_SECONDS:
            request.session[LAST_SEEN] = now
            _save_at_once(request)


def has_expired(now: int, signed_in_at: int, last_seen: int) -> bool:
    """All in seconds since 1970. True when the session is too old or was left alone for too long."""
    return now - signed_in_at > settings.SESSION_COOKIE_AGE or now - last_seen > settings.SESSION_IDLE_SECONDS


def _save_at_once(request: HttpRequest) -> None:
    """Left to the end of the answer, a busy database would make a fault of work that is done already. The next request notes
    the time again."""
    try:
        with impatient_transaction(SAVE_PATIENCE_SECONDS):
            request.session.save()
    except UpdateError as problem:  # Django's word for whatever keeps a session that exists from being saved
        if passing_fault(problem.__context__) is None:
            return  # it is gone: signed out meanwhile, which Django says with the answer
    except Error as problem:
        if passing_fault(problem) is None:
            raise
    request.session.modified = False


def _is_background(request: HttpRequest) -> bool:
    return request.headers.get("X-Background") == "1" or request.path.startswith(BACKGROUND_PATHS)
