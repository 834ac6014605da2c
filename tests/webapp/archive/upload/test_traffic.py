"""How many uploads of one person and from one address are taken, and how slowly a body may come."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings

from webapp.archive.upload import traffic
from webapp.archive.upload.door_answer import NotLetIn
from webapp.archive.upload.request_limit import FILE_PATHS, limit_requests
from webapp.archive.upload.traffic import UploadLimits, UploadTraffic

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0 * 60

    def __call__(self) -> float:
        return self.seconds


def refusal_of(found: UploadTraffic, person: int = 1, address: str = "10.0.0.1") -> tuple[int, str, bytes] | None:
    """(status, sentence, Retry-After) of one more upload, which ends at once; None when it is let in."""
    try:
        with found.upload(person, address):
            return None
    except NotLetIn as refused:
        return refused.answer.status, refused.answer.text, dict(refused.answer.headers)[b"retry-after"]


def test_uploads_of_one_person_at_a_time_end_at_the_limit() -> None:
    found = UploadTraffic(UploadLimits(at_once_per_person=2))
    with found.upload(1, "10.0.0.1"):
        with found.upload(1, "10.0.0.2"):
            status, text, seconds = refusal_of(found) or (0, "", b"")
            assert (status, seconds) == (429, b"2")
            assert "At most 2 uploads at a time of one person." in text
            assert refusal_of(found, person=2) is None
        assert refusal_of(found) is None


def test_uploads_from_one_address_at_a_time_end_at_the_limit() -> None:
    found = UploadTraffic(UploadLimits(at_once_per_address=1))
    with found.upload(1, "10.0.0.1"):
        assert "At most 1 uploads at a time from one address." in (refusal_of(found, person=2) or (0, "", b""))[1]
        assert refusal_of(found, person=2, address="10.0.0.2") is None
    assert refusal_of(found) is None


def test_an_upload_that_fails_gives_its_place_back() -> None:
    found = UploadTraffic(UploadLimits(at_once_per_person=1))
    with pytest.raises(OSError, match="cut"), found.upload(1, "10.0.0.1"):
        raise OSError("cut")
    assert refusal_of(found) is None


@pytest.mark.parametrize(
    ("limits", "whose"),
    [(UploadLimits(minute_per_person=3), "of one person"), (UploadLimits(minute_per_address=3), "from one address")],
)
def test_uploads_in_a_minute_end_at_the_limit_until_the_next(limits: UploadLimits, whose: str) -> None:
    clock = Clock()
    found = UploadTraffic(limits, clock)
    assert [refusal_of(found) for _ in range(3)] == [None] * 3
    clock.seconds += 45.5
    status, text, seconds = refusal_of(found) or (0, "", b"")
    assert (status, seconds) == (429, b"15")
    assert f"At most 3 uploads in a minute {whose}." in text
    clock.seconds += 15
    assert refusal_of(found) is None


def test_a_ward_behind_one_address_is_let_in() -> None:
    # 8 clients of 3 at a time, 120 uploads each, all within one minute; and a folder of 500 files from one page.
    found = UploadTraffic(UploadLimits(**settings.UPLOAD_LIMITS), Clock())
    with ExitStack() as open_ones:
        for client in range(8):
            for _ in range(3):
                open_ones.enter_context(found.upload(1, "10.0.0.1"))
            for _ in range(117):
                assert refusal_of(found, person=client, address="10.0.0.1") is None
    assert all(refusal_of(found, person=9) is None for _ in range(500))


# how slowly a body may come --------------------------------------------------------------------------------


async def everybody(scope: Any) -> int:
    return 7


def send_slowly(
    chunks: list[bytes], pause: float, limits: UploadLimits, path: str = "/api/uploads/", linger: float = 0
) -> tuple[int, bytes, int]:
    """(status, body of the answer, chunks that were taken). linger: how long the answer takes after the body."""
    sent: list[dict[str, Any]] = []
    taken = 0

    async def application(scope: Any, receive: Any, send: Send) -> None:
        nonlocal taken
        while (await receive())["more_body"]:
            taken += 1
        gone = asyncio.ensure_future(receive())  # as Django waits for the end of the connection
        await asyncio.wait([gone], timeout=linger)
        assert not gone.done()
        gone.cancel()
        await send({"type": "http.response.start", "status": 202})
        await send({"type": "http.response.body", "body": b""})

    left = list(chunks)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(3600)
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "client": ("10.0.0.1", 5)}
    asyncio.run(limit_requests(application, 2**30, everybody, limits)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], taken


@pytest.mark.parametrize("path", [*FILE_PATHS, "/sign-in/"])
def test_a_body_of_single_bytes_is_cut_with_408(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "WINDOW_SECONDS", 0.2)
    status, body, taken = send_slowly([b"x"] * 500, 0.01, UploadLimits(slowest_kib=1), path)
    assert status == 408
    assert b"Less than 1 KiB per second of the body came for 0.2 s." in body
    assert taken < 40


def test_a_body_that_stands_still_is_cut_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "WINDOW_SECONDS", 0.1)
    assert send_slowly([b"x" * 90] * 2, 60, UploadLimits(slowest_kib=1))[0] == 408


def test_a_body_that_brings_its_share_is_taken_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "WINDOW_SECONDS", 0.05)
    assert send_slowly([b"x" * 1024] * 40, 0.01, UploadLimits(slowest_kib=1))[0] == 202


def test_a_body_may_take_so_many_minutes_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    found = UploadTraffic(UploadLimits(longest_minutes=2), clock)

    async def receive() -> dict[str, Any]:
        clock.seconds += 50
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x" * 2**20, "more_body": True}

    async def take() -> None:
        timely = found.in_time(receive)
        for _ in range(3):  # at 50, 100 and 150 s; what has begun in time is read
            await timely()
        with pytest.raises(NotLetIn) as refused:
            await timely()
        assert (refused.value.answer.status, "2 minutes" in refused.value.answer.text) == (408, True)

    asyncio.run(take())


def test_the_answer_may_take_longer_than_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "WINDOW_SECONDS", 0.05)
    assert send_slowly([b"x"], 0, UploadLimits(slowest_kib=1), linger=0.2)[0] == 202


def test_too_many_are_told_before_a_byte_is_asked_for() -> None:
    limits = UploadLimits(minute_per_person=1)
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": 202})

    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was asked for")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    door = limit_requests(application, 2**30, everybody, limits)
    scope = {"type": "http", "method": "POST", "path": "/models/add/", "headers": [], "client": ("10.0.0.1", 5)}
    for path in ("/api/uploads/", "/models/add/", "/api/bundles/"):
        asyncio.run(door({**scope, "path": path}, receive, send))
    assert [message["status"] for message in sent if "status" in message] == [202, 429, 429]
    assert b"At most 1 uploads in a minute of one person." in sent[2]["body"]
    assert b"<h1>Not taken</h1>" in sent[2]["body"]
    assert b'"code": "too_many_uploads"' in sent[4]["body"]
