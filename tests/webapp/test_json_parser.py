"""Bodies that are no JSON: a 400 that says so, signed in and signed out, and nothing in the log."""

import logging

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
BODIES = {
    "brackets": b"[" * 100_000,
    "objects": b'{"a":' * 50_000,
    "cut": b'{"username": "rad',
    "not UTF-8": b'{"username": "\xff\xfe"}',
    "a number of 10,000 digits": b'{"username": ' + b"9" * 10_000 + b"}",
    "NaN": b'{"username": NaN}',
    "two values": b"{} {}",
    "nothing readable": b"\x00\x01",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_json_is_refused_signed_out(client: Client, body: bytes, caplog: pytest.LogCaptureFixture):
    answer = client.post("/api/token/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "not_json"
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert len(answer.content) < 300  # nothing of the body comes back


@pytest.mark.parametrize("address", ["/api/images/search/", "/api/studies/"])
@pytest.mark.parametrize("depth", [100_000, 950, 900, 800, 600, 300])
def test_a_deep_body_is_never_a_fault_of_ours(signed_in, address: str, depth: int):
    """Also where the reader of JSON still takes it, and what looks at the value then might not."""
    client = signed_in("manager")
    for body in (b"[" * depth + b"]" * depth, b'{"title":' * depth + b"1" + b"}" * depth):
        answer = client.post(address, body, content_type="application/json")
        assert answer.status_code < 500
        if depth == 100_000:
            assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


@pytest.mark.parametrize("address", ["/api/images/", "/api/schema/", "/api/studies/"])
def test_a_token_of_strange_letters_is_a_wrong_token(client: Client, address: str):
    answer = client.get(address, HTTP_AUTHORIZATION="Token \xff\xfe")
    assert answer.status_code == 401
