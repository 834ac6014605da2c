"""The sitting of a person: from signing in to the end of the session, in all tabs of one browser."""

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

SALT = "sightline.sitting"


def sitting_of(session: SessionBase) -> str:
    """40 hex digits, the same for as long as the session lasts: pages keep what a person chose to see under it. A keyed hash, so
    that what a page may read does not open the session."""
    return salted_hmac(SALT, session.session_key or "").hexdigest()
