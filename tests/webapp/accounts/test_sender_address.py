"""Whose address a request has: strangers do not choose it, proxies that are named pass it on."""

import asyncio
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from webapp.accounts.sender_address import with_sender_address
from webapp.environment import env_networks

PROXIES = (ip_network("10.0.0.5"), ip_network("192.168.7.0/24"), ip_network("::1"))


def seen(peer: tuple[str, int] | None, *forwarded: str, proto: str = "", proxies: Any = PROXIES) -> dict[str, Any]:
    """The scope that the application gets."""
    got: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        got.append(scope)

    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"type": "http", "scheme": "http", "client": peer, "headers": headers}
    asyncio.run(with_sender_address(application, proxies)(scope, None, None))
    return got[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),  # a stranger's word
        ("127.0.0.1", ("198.51.100.1",), "127.0.0.1"),  # no proxy of that name
        ("10.0.0.5", (), "10.0.0.5"),
        ("10.0.0.5", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.5", ("1.1.1.1, 198.51.100.1",), "198.51.100.1"),  # what the stranger wrote stands before
        ("10.0.0.5", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),  # the same in two headers
        ("10.0.0.5", ("198.51.100.1, 192.168.7.20",), "198.51.100.1"),  # two proxies in a row
        ("10.0.0.5", ("192.168.7.9, 192.168.7.20",), "192.168.7.9"),
        ("10.0.0.5", ("198.51.100.1:4711",), "198.51.100.1"),
        ("::1", ("[2001:db8::7]:443",), "2001:db8::7"),
        ("::ffff:10.0.0.5", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.5", ("198.51.100.1, unknown",), "10.0.0.5"),
        ("10.0.0.5", ("<script>\xff",), "10.0.0.5"),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(peer: str, forwarded: tuple[str, ...], address: str) -> None:
    assert seen((peer, 40000), *forwarded)["client"] == (address, 40000)


def test_uvicorns_own_reading_of_the_header_is_undone() -> None:
    # By default uvicorn believes what comes from this machine; a client that it has replaced has port 0.
    assert seen(("198.51.100.1", 0), "198.51.100.1")["client"][0] == "127.0.0.1"
    loopback = (ip_network("127.0.0.1"),)
    assert seen(("1.1.1.1", 0), "1.1.1.1, 198.51.100.1", proxies=loopback)["client"][0] == "198.51.100.1"


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [("10.0.0.5", "https", "https"), ("203.0.113.9", "https", "http"), ("10.0.0.5", "gopher", "http")],
)
def test_the_scheme_is_believed_of_proxies_alone(peer: str, proto: str, scheme: str) -> None:
    assert seen((peer, 40000), proto=proto)["scheme"] == scheme


def test_a_socket_without_an_address_has_none() -> None:
    assert seen(None, "198.51.100.1")["client"] is None


def test_an_unnamed_proxy_is_told_to_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        pass

    addressed = with_sender_address(application, ())
    scope = {"type": "http", "client": ("127.0.0.1", 1), "headers": [(b"x-forwarded-for", b"198.51.100.1")]}
    for _ in range(3):
        asyncio.run(addressed(scope, None, None))
    assert [record.message for record in caplog.records if "SIGHTLINE_PROXIES" in record.message] == [
        "X-Forwarded-For is not believed: its sender is not named in SIGHTLINE_PROXIES"
    ]


def test_the_setting_names_what_it_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_PROXIES", "10.0.0.5, 192.168.7.0/24")
    assert env_networks("SIGHTLINE_PROXIES") == PROXIES[:2]
    monkeypatch.setenv("SIGHTLINE_PROXIES", "10.0.0.5,proxy.example")
    with pytest.raises(ImproperlyConfigured, match=r"SIGHTLINE_PROXIES: 'proxy\.example' does not appear"):
        env_networks("SIGHTLINE_PROXIES")
