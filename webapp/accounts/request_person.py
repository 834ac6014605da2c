"""Who sends a request, from its headers alone: asked before a byte of its body is taken."""

import io
import time
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import AuthenticationFailed

from webapp.accounts.models import User
from webapp.accounts.session_limits import LAST_SEEN, SIGNED_IN_AT, has_expired
from webapp.accounts.token_sign_in import PlainTokenAuthentication

_sessions = SessionMiddleware(lambda request: HttpResponse())


def request_person(scope: dict[str, Any]) -> User | None:
    """The person of the token or of the session of an ASGI request; None for nobody, a closed account or a session past its
    limits. Reads the database: call it in a thread. The views decide again; this only keeps strangers' bodies out.
    """
    request = ASGIRequest(scope, io.BytesIO())
    return _by_token(request) if "Authorization" in request.headers else _by_session(request)


def _by_token(request: HttpRequest) -> User | None:
    try:
        found = PlainTokenAuthentication().authenticate(request)
    except AuthenticationFailed:
        return None
    return found[0] if found else None


def _by_session(request: HttpRequest) -> User | None:
    _sessions.process_request(request)
    user, now = get_user(request), int(time.time())
    if not isinstance(user, User):
        return None
    is_over = has_expired(now, request.session.get(SIGNED_IN_AT, now), request.session.get(LAST_SEEN, now))
    return None if is_over else user
