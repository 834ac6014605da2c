"""From which address a request comes: that of the connection, or what a proxy named in the settings says of it.

The one home of this question. Everything behind (failed sign-ins, uploads, the record) reads REMOTE_ADDR, which Django
takes from the scope.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

logger = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network
Application = Callable[[Any, Any, Any], Awaitable[None]]  # scope, receive, send

LOOPBACK = "127.0.0.1"


def with_sender_address(application: Application, proxies: Sequence[Network]) -> Application:
    """The ASGI `application`, with `client` of the scope (and `scheme`, where one of `proxies` sends) set to the sender's."""
    has_warned = False

    async def addressed(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal has_warned
        if scope["type"] not in ("http", "websocket") or not scope.get("client"):
            await application(scope, receive, send)
            return
        peer, port = scope["client"]
        if port == 0:  # uvicorn has put a header in its place, as it does by default for what comes from this machine
            peer = LOOPBACK
        forwarded = _named(scope, b"x-forwarded-for")
        changed: dict[str, Any] = {"client": (peer, port)}
        if is_proxy(peer, proxies):
            changed = {"client": (sender_address(peer, forwarded, proxies), port), **_scheme(scope)}
        elif forwarded and not has_warned:
            has_warned = True
            logger.warning("X-Forwarded-For is not believed: its sender is not named in SIGHTLINE_PROXIES")
        await application({**scope, **changed}, receive, send)

    return addressed


def sender_address(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """The address that the nearest stranger has, as the proxies saw it.

    Each proxy adds the address it was called from at the end of `forwarded`; what stands before that of the first stranger
    is the stranger's own writing. `peer` is where the connection comes from.
    """
    nearest = peer
    for entry in reversed(forwarded):
        if not is_proxy(nearest, proxies):
            break
        found = _plain(entry)
        if not found:
            break
        nearest = found
    return nearest


def is_proxy(address: str, proxies: Sequence[Network]) -> bool:
    plain = _plain(address)
    return bool(plain) and any(ip_address(plain) in network for network in proxies)


def _plain(entry: str) -> str:
    """An address without its port or brackets, IPv4 within IPv6 as IPv4; empty for what is none."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _named(scope: dict[str, Any], name: bytes) -> list[str]:
    """The entries of every header of this name, in order."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [entry for value in values for entry in value.split(",")]


def _scheme(scope: dict[str, Any]) -> dict[str, str]:
    told = [entry.strip() for entry in _named(scope, b"x-forwarded-proto")]
    return {"scheme": told[-1]} if told and told[-1] in ("http", "https") else {}
