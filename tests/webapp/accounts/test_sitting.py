"""The sitting: a name that pages may read, the same for as long as the session lasts."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from webapp.accounts.sitting import sitting_of

pytestmark = pytest.mark.django_db


def test_it_lasts_as_long_as_the_session_and_does_not_tell_its_key(client: Client) -> None:
    person = get_user_model().objects.create_user("reader", password="a long enough password")
    client.force_login(person)
    first = sitting_of(client.session)
    key = client.session.session_key
    assert re.fullmatch("[0-9a-f]{40}", first)
    assert key is not None
    assert key not in first
    assert sitting_of(client.session) == first
    client.logout()
    client.force_login(person)
    assert sitting_of(client.session) != first
