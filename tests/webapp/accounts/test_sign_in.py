"""The way in: page, throttle, session limits, tokens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from webapp.accounts import sign_in_throttle
from webapp.accounts.models import SignInFailure, User
from webapp.accounts.session_limits import LAST_SEEN, SIGNED_IN_AT, has_expired
from webapp.audit.models import AccessEvent

PASSWORD = "a long test password"


@pytest.fixture
def reader(person: Callable[..., User]) -> User:
    return person("radiologist", "reader")


def sign_in(client: Client, username: str = "reader", password: str = PASSWORD, **fields: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **fields})


def test_the_page_is_shown_and_leads_to_the_worklist(reader: User, client: Client) -> None:
    assert client.get("/sign-in/").status_code == 200

    answer = sign_in(client)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/api/me/").json()["username"] == "reader"


def test_the_session_gets_a_new_key_at_sign_in(reader: User, client: Client) -> None:
    client.session["planted"] = 1
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    sign_in(client)

    assert client.cookies["sessionid"].value != before


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/images/", "/images/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("javascript:alert(1)", "/")],
)
def test_the_way_on_stays_on_this_site(wanted: str, reached: str, reader: User, client: Client) -> None:
    assert sign_in(client, next=wanted)["Location"] == reached


@pytest.mark.parametrize(
    ("username", "password"), [("reader", "wrong"), ("nobody", PASSWORD), ("", ""), ("reader", "")]
)
def test_wrong_words_do_not_open(username: str, password: str, reader: User, client: Client) -> None:
    assert sign_in(client, username, password).status_code == 200
    assert "_auth_user_id" not in client.session


def test_an_inactive_person_stays_out(reader: User, client: Client) -> None:
    User.objects.filter(pk=reader.pk).update(is_active=False)

    assert sign_in(client).status_code == 200
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down_per_account_and_address(reader: User, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(sign_in_throttle, "FAILURES_PER_ACCOUNT", 2)
    for _ in range(2):
        sign_in(client, password="wrong")

    assert sign_in(client).status_code == 429  # even the right password
    assert sign_in(client, username="other").status_code == 200
    assert (
        client.post("/sign-in/", {"username": "reader", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9").status_code
        == 302
    )
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert sign_in(client).status_code == 302


def test_guessing_many_names_from_one_address_is_slowed_down(reader: User, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(sign_in_throttle, "FAILURES_PER_ADDRESS", 3)
    for number in range(3):
        sign_in(client, username=f"name{number}", password="x")

    assert sign_in(client).status_code == 429


def test_what_was_typed_as_a_name_is_not_kept(reader: User, client: Client) -> None:
    sign_in(client, username="my secret password", password="")
    sign_in(client, username="my secret password", password="x")

    kept = str(list(SignInFailure.objects.values()) + list(AccessEvent.objects.values()))
    assert "secret" not in kept


def test_signing_out_takes_a_post(reader: User, client: Client) -> None:
    client.force_login(reader)
    assert client.get("/sign-out/").status_code == 405

    answer = client.post("/sign-out/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert client.get("/api/me/").status_code == 401


@pytest.mark.parametrize(
    ("age", "idle", "expired"),
    [(0, 0, False), (3600, 1799, False), (3600, 1801, True), (12 * 3600 + 1, 0, True)],
)
def test_the_two_limits_of_a_session(age: int, idle: int, expired: bool, settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE = 1800, 12 * 3600

    assert has_expired(100_000, 100_000 - age, 100_000 - idle) is expired


def test_a_session_left_alone_ends(reader: User, client: Client) -> None:
    client.force_login(reader)
    session = client.session
    session[LAST_SEEN] -= 31 * 60
    session.save()

    assert client.get("/api/me/").status_code == 401


def test_a_page_that_polls_does_not_keep_the_session_alive(reader: User, client: Client) -> None:
    client.force_login(reader)
    session = client.session
    session[LAST_SEEN] = seen = session[LAST_SEEN] - 20 * 60
    session.save()

    client.get("/api/me/", headers={"X-Background": "1"})
    assert client.session[LAST_SEEN] == seen
    client.get("/api/me/")
    assert client.session[LAST_SEEN] > seen
    assert SIGNED_IN_AT in client.session


def token(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/api/token/", {"username": "reader", "password": password}, content_type="application/json")


def test_a_token_opens_the_api_until_it_is_revoked(reader: User, client: Client) -> None:
    answer = token(client)
    assert set(answer.json()) == {"token", "expiry"}
    headers = {"Authorization": f"Token {answer.json()['token']}"}
    assert client.get("/api/me/", headers=headers).json() == {
        "id": reader.pk, "username": "reader", "first_name": "", "last_name": "", "role": "radiologist"
    }  # fmt: skip

    assert client.post("/api/token/revoke/", headers=headers).status_code == 204

    assert client.get("/api/me/", headers=headers).status_code == 401


def test_a_token_is_stored_hashed_and_expires(reader: User, client: Client) -> None:
    value = token(client).json()["token"]
    assert value not in str(list(AuthToken.objects.values()))

    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

    assert client.get("/api/me/", headers={"Authorization": f"Token {value}"}).status_code == 401


def test_the_token_door_has_the_same_throttle(reader: User, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(sign_in_throttle, "FAILURES_PER_ACCOUNT", 1)

    assert (token(client, "wrong").status_code, token(client, "wrong").status_code) == (403, 429)
    assert token(client).json()["code"] == "too_many_attempts"


def test_the_oldest_token_makes_room(reader: User, client: Client, settings: Any) -> None:
    settings.REST_KNOX = {**settings.REST_KNOX, "TOKEN_LIMIT_PER_USER": 2}
    first = token(client).json()["token"]
    token(client), token(client)

    assert AuthToken.objects.count() == 2
    assert client.get("/api/me/", headers={"Authorization": f"Token {first}"}).status_code == 401


def test_a_session_revokes_all_tokens_of_the_person(reader: User, client: Client) -> None:
    token(client)
    client.force_login(reader)

    assert client.post("/api/token/revoke/").status_code == 204
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("body", [{}, {"username": "reader"}, {"password": "x"}])
def test_a_missing_field_is_named(body: dict[str, str], reader: User, client: Client) -> None:
    answer = client.post("/api/token/", body, content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()) == {"username", "password"} - set(body)
