"""`/events/` and its polling form."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting, review_body
from webapp.reviews.record_review import record_review
from webapp.viewer.views import events
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
    monkeypatch.setattr(events, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.0)
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
