"""Who sends a file is asked before its first byte: a stranger's body is never taken."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from webapp.accounts import session_limits
from webapp.accounts.models import User
from webapp.accounts.request_person import request_person
from webapp.archive.upload.request_limit import FILE_PATHS, limit_requests

Headers = list[tuple[bytes, bytes]]


def send_file(
    headers: Headers, path: str = "/api/uploads/", method: str = "POST"
) -> tuple[dict[str, Any] | None, bool]:
    """(start of the answer, or None where the application behind may answer; whether a byte of the body was asked for)."""
    sent: list[dict[str, Any]] = []
    has_asked = False

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def receive() -> dict[str, Any]:
        nonlocal has_asked
        has_asked = True
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def knows(scope: dict[str, Any]) -> bool:
        return request_person(scope) is not None

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), *headers],
    }
    door = limit_requests(application, 2**30, knows)
    _run(door(scope, receive, send))
    return (sent[0] if sent else None), has_asked


def _run(waiting: Any) -> None:
    """To the end, in this thread: the test's transaction is seen by it alone."""
    with suppress(StopIteration):
        while True:
            waiting.send(None)


def with_token(token: str) -> Headers:
    return [(b"authorization", f"Token {token}".encode())]


def with_session(client: Client) -> Headers:
    name = settings.SESSION_COOKIE_NAME
    return [(b"cookie", f"{name}={client.cookies[name].value}".encode())]


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("reader", password="a long pass word")


@pytest.fixture
def token(reader: User) -> tuple[AuthToken, str]:
    return AuthToken.objects.create(reader)


STRANGERS: dict[str, Headers] = {
    "nobody": [],
    "a token that is none": with_token("f" * 64),
    "a header of another kind": [(b"authorization", b"Basic cmVhZGVyOng=")],
    "a token of strange letters": [(b"authorization", b"Token \xff\xfe")],
    "a session that is none": [(b"cookie", b"sessionid=abcdefghijklmnopqrstuvwxyz012345")],
}


@pytest.mark.django_db
@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("path", sorted(FILE_PATHS))
def test_a_strangers_body_is_not_taken(headers: Headers, path: str) -> None:
    start, has_asked = send_file(headers, path)
    assert not has_asked
    assert start is not None
    assert (b"connection", b"close") in start["headers"]
    if path.startswith("/api/"):
        assert start["status"] == 401
    else:
        assert start["status"] == 303
        assert (b"location", f"/sign-in/?next={path}".encode()) in start["headers"]


def test_a_person_with_a_token_is_let_in(token: tuple[AuthToken, str]) -> None:
    assert send_file(with_token(token[1])) == (None, True)


def test_a_person_with_a_session_is_let_in(reader: User) -> None:
    client = Client()
    client.force_login(reader)
    assert send_file(with_session(client)) == (None, True)


def test_a_token_that_has_run_out_or_whose_person_left_is_a_strangers(
    reader: User, token: tuple[AuthToken, str]
) -> None:
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert not send_file(with_token(token[1]))[1]
    User.objects.filter(pk=reader.pk).update(is_active=True)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert not send_file(with_token(token[1]))[1]


def test_a_wrong_token_is_not_helped_by_a_session(reader: User) -> None:
    client = Client()
    client.force_login(reader)
    assert not send_file([*with_session(client), *with_token("f" * 64)])[1]


def test_a_session_past_its_limits_or_whose_person_left_is_a_strangers(
    reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(reader)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert not send_file(with_session(client))[1]
    User.objects.filter(pk=reader.pk).update(is_active=True)
    now = session_limits.time.time()
    monkeypatch.setattr("webapp.accounts.request_person.time.time", lambda: now + settings.SESSION_COOKIE_AGE + 60)
    assert not send_file(with_session(client))[1]


@pytest.mark.django_db
def test_what_has_no_body_is_not_asked() -> None:
    assert send_file([], method="GET") == (None, True)


def test_a_busy_database_is_said_and_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(scope: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("tests.webapp.archive.upload.test_strangers_body.request_person", locked)
    start, has_asked = send_file([])
    assert start is not None
    assert (start["status"], has_asked) == (503, False)
    assert (b"retry-after", b"2") in start["headers"]
