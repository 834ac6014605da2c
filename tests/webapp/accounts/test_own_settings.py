"""`/settings/`: a person's own, and nobody else's."""

from collections.abc import Callable

import pytest
from django.test import Client

from webapp.accounts.models import User

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
