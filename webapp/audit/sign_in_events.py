"""Sign-ins, sign-outs and refused sign-ins become audit events. What was typed is never kept."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from webapp.audit import record

PURPOSE = "access control"


@receiver(user_logged_in)
def record_sign_in(sender: Any, user: Any, request: Any = None, **kwargs: Any) -> None:
    record(user, "person.sign_in", f"person:{user.pk}", purpose=PURPOSE, way="page" if request else "token")


@receiver(user_logged_out)
def record_sign_out(sender: Any, user: Any, request: Any = None, **kwargs: Any) -> None:
    if user is not None:
        record(user, "person.sign_out", f"person:{user.pk}", purpose=PURPOSE, way="page" if request else "token")


@receiver(user_login_failed)
def record_refused_sign_in(sender: Any, request: Any = None, reason: str = "wrong_credentials", **kwargs: Any) -> None:
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    record(None, "person.sign_in_refused", "person:unknown", purpose=PURPOSE, address=address, reason=reason)
