"""Every address of the site: what a person who is not signed in gets. A new address without a row fails."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# Open to everybody, each with its reason.
OPEN = {
    "sign_in": "the way in",
    "token": "the way in for programs",
    "healthz": "asked by the process supervisor",
    "readyz": "asked by the process supervisor",
}


def _addresses(resolver: URLResolver, prefix: str = "") -> list[tuple[str, str]]:
    """(name, route) of every pattern; the admin keeps its own house and is checked at its door."""
    found: list[tuple[str, str]] = []
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                found += _addresses(entry, route)
        elif isinstance(entry, URLPattern):
            found.append((entry.name or "", route))
    return found


def _path(route: str) -> str:
    """A concrete address: random ids for ids, words for the rest."""
    route = re.sub(r"<uuid:\w+>", str(uuid.UUID(int=1)), route)
    route = re.sub(r"<(str:|slug:|path:)?\w+>", "linear", route)
    route = re.sub(r"<int:\w+>", "1", route)
    return "/" + route.replace("^", "").replace("$", "")


ADDRESSES = _addresses(get_resolver())


def test_every_address_has_a_name() -> None:
    assert [route for name, route in ADDRESSES if not name] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "route"), ADDRESSES, ids=[name for name, _ in ADDRESSES])
def test_signed_out_people_get_nothing_but_the_way_in(name: str, route: str, client: Client) -> None:
    answers = {method: getattr(client, method)(_path(route)).status_code for method in ("get", "post")}
    if name in OPEN:
        assert 401 not in answers.values()
        return
    # 302 leads to the sign-in page; 405 is an address that knows the other method only.
    assert set(answers.values()) <= {302, 401, 403, 405}
    assert answers["get"] != 200
    assert set(answers.values()) != {405}


@pytest.mark.django_db
def test_the_admin_door_asks_for_a_sign_in(client: Client) -> None:
    assert client.get("/admin/").status_code == 302
