"""`/settings/`: a person's own, and nobody else's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from webapp.accounts.models import User
from webapp.archive.models import Image

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def looks_first(client: Client) -> bool:
    return User.objects.get(pk=client.person.pk).look_first


def test_looking_first_is_switched_on_and_off_by_the_person_alone(signed_in: SignedIn) -> None:
    one, other = signed_in(), signed_in(username="other")
    assert one.post("/settings/", {"look_first": "on"}).headers["Location"] == "/settings/"
    assert (looks_first(one), looks_first(other)) == (True, False)
    assert "checked" in one.get("/settings/").content.decode()
    assert "checked" not in other.get("/settings/").content.decode()
    one.post("/settings/", {})
    assert not looks_first(one)


def test_nothing_else_of_a_person_is_taken_there(signed_in: SignedIn) -> None:
    client = signed_in()
    client.post("/settings/", {"role": "admin", "username": "another", "is_superuser": "on", "look_first": "on"})
    person = User.objects.get(pk=client.person.pk)
    assert (person.role, person.username, person.is_superuser) == ("radiologist", client.person.username, False)


def test_the_menu_leads_there(signed_in: SignedIn) -> None:
    assert 'href="/settings/"' in signed_in().get("/").content.decode()


def test_how_long_choices_last_is_what_the_session_lasts(signed_in: SignedIn, settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE = 7 * 60, 5 * 3600
    page = " ".join(signed_in().get("/settings/").content.decode().split())
    assert (
        "until the session ends (you sign out, leave it alone for 7 minutes, or have been signed in for 5 hours)"
        in page
    )


LIGHT = re.compile(r'<link rel="stylesheet" href="[^"]*light[^"]*css"( media="[^"]*")?>')


def test_lists_are_dark_light_or_as_the_system_says_and_the_reading_page_is_dark(
    signed_in: SignedIn, make_image: Callable[..., Image]
) -> None:
    client, image = signed_in(), make_image()
    seen = {}
    for theme in ("dark", "light", "system"):
        client.post("/settings/", {"theme": theme})
        found = LIGHT.search(client.get("/").content.decode())
        seen[theme] = found and (found[1] or "")
        assert not LIGHT.search(client.get(f"/images/{image.pk}/").content.decode())
    assert seen == {"dark": None, "light": "", "system": ' media="(prefers-color-scheme: light)"'}
    client.post("/settings/", {"look_first": "on"})
    assert User.objects.get(pk=client.person.pk).theme == "system", "what is not sent stays"
    refused = client.post("/settings/", {"theme": "neon"})
    assert "neon is not one of the available choices" in refused.content.decode()
    assert User.objects.get(pk=client.person.pk).theme == "system"
