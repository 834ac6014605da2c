"""The people of a demo installation, all with one password."""

import os
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from webapp.accounts.models import User
from webapp.environment import kept_secret


@dataclass(frozen=True)
class DemoUser:
    username: str
    role: str


DEMO_USERS = (
    DemoUser("radiologist", User.Role.RADIOLOGIST),
    DemoUser("radiologist2", User.Role.RADIOLOGIST),
    DemoUser("radiologist3", User.Role.RADIOLOGIST),
    DemoUser("manager", User.Role.MANAGER),
    DemoUser("statistician", User.Role.RADIOLOGIST),  # the statistician's rights are a membership inside a study
    DemoUser("admin", User.Role.ADMIN),
)


def demo_password() -> str:
    """SIGHTLINE_DEMO_PASSWORD, or a random one kept (0600) in SIGHTLINE_HOME/demo-password.txt."""
    return os.environ.get("SIGHTLINE_DEMO_PASSWORD") or kept_secret(
        settings.SIGHTLINE_HOME / "demo-password.txt", length=12
    )


@transaction.atomic
def create_demo_users() -> str:
    """Makes the missing people and gives all of them the demo password, which is returned. May run at every start.

    One stored hash serves all six: they share the password anyway, and six slow hashes would delay every start.
    """
    password = demo_password()
    known = {user.username: user for user in User.objects.filter(username__in=[one.username for one in DEMO_USERS])}
    stored = {user.password for user in known.values()}
    is_current = len(stored) == 1 and check_password(password, next(iter(stored)))
    encoded = next(iter(stored)) if is_current else make_password(password)
    for person in DEMO_USERS:
        user = known.get(person.username) or User(username=person.username)
        if user.pk is None or user.password != encoded or user.role != person.role:
            user.password, user.role = encoded, person.role
            user.save()
    return password
