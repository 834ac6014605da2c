"""`/events/` and its polling form."""

import asyncio
import datetime
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.db import OperationalError
from django.test import AsyncClient, Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting, review_body
from webapp.reviews.record_review import record_review
from webapp.viewer.views import events
from webapp.viewer.worklist import change_hub
from webapp.viewer.worklist.changes import ChangeFeed
from webapp.work.models import Job

SignedIn = Callable[..., Client]


@pytest.mark.django_db
def test_polling_names_the_cases_that_changed_since_the_cursor(signed_in: SignedIn) -> None:
    make_image(minutes_ago=30)
    client = signed_in()
    first = client.get("/api/worklist/").json()
    image = make_image()
    second = client.get("/api/worklist/", {"since": first["cursor"]}).json()
    assert first["images"] == []
    assert second["images"] == [str(image.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["yesterday", "2026-11-20", "9" * 80])
def test_a_cursor_that_is_none_is_refused(signed_in: SignedIn, since: str) -> None:
    client = signed_in()
    for address in ("/api/worklist/", "/events/"):
        answer = client.get(address, {"since": since})
        assert (answer.status_code, answer.json()["field"]) == (400, "since")


@pytest.mark.django_db
def test_signed_out_hears_nothing(client: Client) -> None:
    assert client.get("/events/").status_code == 401
    assert client.get("/api/worklist/").status_code in (401, 403)


@pytest.mark.django_db
def test_only_get_is_answered(signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.post("/events/").status_code == 405
    assert client.post("/api/worklist/").status_code == 405


@pytest.mark.django_db
def test_a_feed_tells_each_change_once() -> None:
    feed, image = ChangeFeed(timezone.now()), make_image()
    assert feed.next_changes() == [image.pk]
    assert feed.next_changes() == []  # looking back over the commit lag finds it again, and knows it


@pytest.mark.django_db
def test_a_feed_tells_start_end_and_review_of_one_case() -> None:
    image = make_image(minutes_ago=30)
    waiting = make_waiting(image)
    feed = ChangeFeed(timezone.now())
    feed.next_changes()
    Job.objects.filter(pk=waiting.job_id).update(state="running", started_at=timezone.now())
    assert feed.next_changes() == [image.pk]
    Job.objects.filter(pk=waiting.job_id).update(state="succeeded", finished_at=timezone.now())
    assert feed.next_changes() == [image.pk]
    make_result(image)
    record_review(make_user("alice"), image, review_body())
    assert feed.next_changes() == [image.pk]
    assert feed.next_changes() == []


@pytest.mark.django_db
def test_an_old_cursor_goes_back_ten_minutes_at_most() -> None:
    now = timezone.now()
    moment = events.read_cursor("2020-01-01T00:00:00+00:00", now)
    assert (now - moment).total_seconds() == 600


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polls at once; looks for the person with every poll; ends by itself."""
    monkeypatch.setattr(change_hub, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(events, "LIFE_SECONDS", 20.0)


async def next_event(stream: AsyncIterator[bytes], kind: str) -> dict[str, Any]:
    """Data of the next message of this kind, comments and others left out."""
    async with asyncio.timeout(10):
        async for chunk in stream:
            text = chunk.decode()
            if f"event: {kind}\n" in text:
                data: dict[str, Any] = json.loads(text.split("data: ", 1)[1])
                return data
    raise AssertionError(f"the stream ended without {kind}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_the_stream_tells_a_new_case_and_says_goodbye_after_sign_out() -> None:
    async def listen() -> None:
        client = AsyncClient()
        await sync_to_async(lambda: client.force_login(make_user("alice")))()
        answer = await client.get("/events/")
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        stream = aiter(answer.streaming_content)
        image = await sync_to_async(make_image)()
        change = await next_event(stream, "change")
        assert change["images"] == [str(image.pk)]
        await sync_to_async(client.logout)()
        assert await next_event(stream, "bye") == {"reason": "signed_out"}
        assert [chunk async for chunk in stream] == []

    asyncio.run(listen())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_the_stream_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LIFE_SECONDS", 0.05)

    async def listen() -> list[bytes]:
        client = AsyncClient()
        await sync_to_async(lambda: client.force_login(make_user("alice")))()
        answer = await client.get("/events/")
        return [chunk async for chunk in answer.streaming_content]

    chunks = asyncio.run(listen())
    assert chunks[0].startswith(b"retry: 2000\n")
    assert b": here\n\n" in chunks


async def open_streams(client: AsyncClient, count: int) -> list[AsyncIterator[bytes]]:
    """Streams that have said that they are connected."""
    streams = []
    for _ in range(count):
        answer = await client.get("/events/")
        assert answer.status_code == 200
        streams.append(aiter(answer.streaming_content))
        assert (await anext(streams[-1])).startswith(b"retry")
    return streams


async def signed_in_as(name: str) -> AsyncClient:
    client = AsyncClient()
    await sync_to_async(lambda: client.force_login(make_user(name)))()
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_many_listeners_cost_one_look_at_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, asked = [], []
    read, visible = change_hub.states_since, events.visible
    monkeypatch.setattr(change_hub, "states_since", lambda since: looks.append(since) or read(since))
    monkeypatch.setattr(events, "visible", lambda keys, user: asked.append(user.pk) or visible(keys, user))
    monkeypatch.setattr(change_hub, "POLL_SECONDS", 0.3)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 5.0)

    async def listen() -> None:
        streams = []
        for name in ("alice", "berta", "carla"):
            streams += await open_streams(await signed_in_as(name), 4)
        waiting = [asyncio.ensure_future(next_event(stream, "change")) for stream in streams]
        await asyncio.sleep(0.5)
        looks.clear()
        began = time.monotonic()
        image = await sync_to_async(make_image)()
        changes = await asyncio.gather(*waiting)
        assert [change["images"] for change in changes] == [[str(image.pk)]] * 12
        assert 1 <= len(looks) <= (time.monotonic() - began) / 0.3 + 2  # not one for each of the twelve
        assert len(asked) == 3  # what is visible is found once for each person

    asyncio.run(listen())


async def connect(client: AsyncClient) -> tuple[ApplicationCommunicator, int]:
    """A stream as a server holds it, from its first bytes on, and its status."""
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    headers = [(b"cookie", cookies.encode()), (b"host", b"testserver")]
    scope = {"type": "http", "method": "GET", "path": "/events/", "query_string": b"", "headers": headers}
    line = ApplicationCommunicator(get_asgi_application(), scope)
    await line.send_input({"type": "http.request"})
    start = await line.receive_output(timeout=20)
    await line.receive_output(timeout=20)
    return line, start["status"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_a_fifth_stream_of_one_person_is_refused_until_one_of_the_four_is_gone() -> None:
    async def listen() -> None:
        client = await signed_in_as("alice")
        lines = [await connect(client) for _ in range(4)]
        assert [status for _, status in lines] == [200] * 4
        for line, _ in lines:
            await line.receive_output(timeout=20)  # past its first bytes
        refused = await client.get("/events/")
        assert refused.status_code == 429
        assert refused.json()["code"] == "too_many_streams"
        lines.append(await connect(await signed_in_as("berta")))  # somebody else's are counted apart
        assert lines[-1][1] == 200
        await lines[0][0].send_input({"type": "http.disconnect"})
        await lines[0][0].wait(timeout=20)
        lines[0] = await connect(client)
        assert lines[0][1] == 200
        for line, _ in lines:
            await line.send_input({"type": "http.disconnect"})
            await line.wait(timeout=20)

    asyncio.run(listen())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_a_case_of_between_two_connections_is_told_from_the_cursor() -> None:
    async def listen() -> None:
        client = await signed_in_as("alice")
        cursor = timezone.now().isoformat()
        image = await sync_to_async(make_image)()
        answer = await client.get("/events/", {"since": cursor})
        change = await next_event(aiter(answer.streaming_content), "change")
        assert change["images"] == [str(image.pk)]

    asyncio.run(listen())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fast")
def test_a_look_that_fails_ends_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    read, failures = change_hub.states_since, []

    def locked(since: datetime.datetime) -> object:
        if len(failures) < 3:
            failures.append(since)
            raise OperationalError("database is locked")
        return read(since)

    monkeypatch.setattr(change_hub, "states_since", locked)

    async def listen() -> None:
        [stream] = await open_streams(await signed_in_as("alice"), 1)
        waiting = asyncio.ensure_future(next_event(stream, "change"))
        await asyncio.sleep(0.05)
        image = await sync_to_async(make_image)()
        assert (await waiting)["images"] == [str(image.pk)]

    asyncio.run(listen())
    assert len(failures) == 3


def test_a_listener_that_falls_behind_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_hub, "BEHIND", 3)

    async def listen() -> list[bool]:
        hub = change_hub.ChangeHub()
        with hub.listening(1) as looks:
            for _ in range(5):
                hub._tell(change_hub.Look(timezone.now(), {}))
            return [looks.get_nowait() is None for _ in range(looks.qsize())]

    assert asyncio.run(listen()) == [False, False, True]
