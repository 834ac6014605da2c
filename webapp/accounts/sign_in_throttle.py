"""Slows down password guessing, per account and address, over pages and API alike.

Counted in the database, so that all web processes see the same numbers. After FAILURES_PER_ACCOUNT for one account from one
address, or FAILURES_PER_ADDRESS from one address, within WINDOW, attempts are refused before the password is looked at.
Which address a request has is said in sender_address.py.
"""

import hashlib
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from webapp.accounts.models import SignInFailure, User
from webapp.accounts.policy import Refusal

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 10
FAILURES_PER_ADDRESS = 100
TOO_MANY = Refusal(
    "too_many_attempts", f"Too many failed sign-ins. Wait {WINDOW.total_seconds() / 60:g} minutes and try again."
)
WRONG = Refusal("wrong_credentials", "Name or password is wrong.")


def check_credentials(request: HttpRequest, username: str, password: str) -> User | Refusal:
    """The person, or why not: WRONG or TOO_MANY. The same sentence whether the name exists or not."""
    now = timezone.now()
    account, address = _account_key(username), request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 (unknown)
    if _is_throttled(account, address, now):
        user_login_failed.send(sender=__name__, credentials={}, request=request, reason=TOO_MANY.code)
        return TOO_MANY
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        SignInFailure.objects.filter(at__lt=now - WINDOW).delete()
        SignInFailure.objects.create(account_key=account, address=address, at=now)
        return WRONG
    SignInFailure.objects.filter(account_key=account, address=address).delete()
    return user


def _is_throttled(account: str, address: str, now: datetime) -> bool:
    recent = SignInFailure.objects.filter(address=address, at__gte=now - WINDOW)
    if recent.filter(account_key=account).count() >= FAILURES_PER_ACCOUNT:
        return True
    return recent.count() >= FAILURES_PER_ADDRESS


def _account_key(username: str) -> str:
    return hashlib.sha256(username.strip().casefold().encode()).hexdigest()
