"""`/events/`: changed cases as server-sent events; `/api/worklist/` answers the same to a page that polls.

A message names images by random id only, and only those that the listener may see.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterable

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.policy import Person, may_see_image
from webapp.archive.models import Image
from webapp.archive.present_images import present
from webapp.reveal.embargoed import not_under_embargo
from webapp.viewer.worklist.change_hub import STREAMS_PER_PERSON, Look, TooManyStreams, change_hub
from webapp.viewer.worklist.changes import EVERY_IMAGE, ChangeFeed, read_cursor, states_since

HEARTBEAT_SECONDS = 15.0  # keeps proxies from closing the line, and looks whether the session still holds
LIFE_SECONDS = 300.0  # the browser reconnects by itself with its cursor; nothing lives for ever
RETRY_MS = 2000
TOO_MANY = f"You have {STREAMS_PER_PERSON} pages open that are told of changes as they happen; further ones ask every few seconds."


async def events(request: HttpRequest) -> HttpResponseBase:
    """The stream. 401 signed out, 405 for anything but GET, 400 for a cursor that is none, 429 for one stream too many."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponse("sign in first", status=401, content_type="text/plain")
    cursor = request.headers.get("Last-Event-ID", "") or request.GET.get("since", "")
    try:
        feed = ChangeFeed(read_cursor(cursor, timezone.now()))
    except ValueError as refused:
        return JsonResponse({"code": "not_allowed", "field": "since", "text": str(refused)}, status=400)
    if not change_hub().has_room(user.pk):
        return JsonResponse({"code": "too_many_streams", "text": TOO_MANY}, status=429)
    response = StreamingHttpResponse(_stream(request, feed), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx must pass each message on at once
    return response


async def _stream(request: HttpRequest, feed: ChangeFeed) -> AsyncIterator[str]:
    """Messages until the listener leaves (the server cancels this), signs out, or LIFE_SECONDS are over."""
    user: Person | None = await sync_to_async(_signed_in)(request)
    yield f"retry: {RETRY_MS}\n: connected\n\n"
    if user is not None:
        try:
            with change_hub().listening(user.pk) as looks:
                async for part in _listen(request, user, feed, looks):
                    yield part
            user = await sync_to_async(_signed_in)(request)
        except TooManyStreams:  # several asked at once; the browser comes again and is told so
            return
    if user is None:
        yield message("bye", {"reason": "signed_out"})


async def _listen(
    request: HttpRequest, user: Person, feed: ChangeFeed, looks: asyncio.Queue[Look | None]
) -> AsyncIterator[str]:
    """First what changed since the cursor, then each look of the hub; ends with the session, after LIFE_SECONDS, or behind."""
    started = heard = time.monotonic()
    look: Look | None = Look(timezone.now(), await sync_to_async(states_since)(feed.moment))
    while look is not None:
        changed = await _visible_changes(look, feed, user)
        if changed:
            yield message("change", {"cursor": feed.cursor, "images": changed}, feed.cursor)
        look = await _next_look(looks, look)
        if time.monotonic() - heard >= HEARTBEAT_SECONDS:
            heard = time.monotonic()
            yield ": here\n\n"
            if heard - started >= LIFE_SECONDS or await sync_to_async(_signed_in)(request) is None:
                return


async def _next_look(looks: asyncio.Queue[Look | None], last: Look) -> Look | None:
    """The next one, or after HEARTBEAT_SECONDS of silence the last again, which tells nothing new."""
    try:
        return await asyncio.wait_for(looks.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return last


def message(event: str, data: dict[str, object], cursor: str = "") -> str:
    """One server-sent event; JSON has no bare line break, so the data are one line."""
    head = f"id: {cursor}\n" if cursor else ""
    return f"{head}event: {event}\ndata: {json.dumps(data)}\n\n"


def _signed_in(request: HttpRequest) -> Person | None:
    """The person, read anew from the session: None after sign-out, expiry or deactivation."""
    if not request.session.exists(request.session.session_key or ""):
        return None
    user = get_user(request)
    return user if user.is_authenticated and user.is_active else None  # type: ignore[return-value]


async def _visible_changes(look: Look, feed: ChangeFeed, user: Person) -> list[str]:
    changed = frozenset(feed.take(look.states, look.now))
    return await look.visible_to(user.pk, changed, lambda: visible(changed, user)) if changed else []


def visible(keys: Iterable[uuid.UUID], user: Person) -> list[str]:
    """Those images that the person may see, as text. The moment of a result or a review is itself under embargo.
    That scores are withheld is told to everybody."""
    keys = list(keys)
    images = not_under_embargo(present(Image.objects.filter(pk__in=keys), user), user)
    every = [str(EVERY_IMAGE)] if EVERY_IMAGE in keys else []
    return every + [str(image.pk) for image in images if may_see_image(user, image) is None]


class WorklistChanges(APIView):
    """The polling form of `/events/`."""

    @extend_schema(
        operation_id="worklist_changes",
        parameters=[OpenApiParameter("since", str, description="cursor of the last answer; left out: from now on")],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        """{"cursor", "images"}: ids of images whose result, reviews or arrival changed since the cursor; id 0 stands for all."""
        since = request.query_params.get("since", "")
        now = timezone.now()
        try:
            feed = ChangeFeed(read_cursor(since, now))
        except ValueError as refused:
            return Response({"code": "not_allowed", "field": "since", "text": str(refused)}, status=400)
        changed = visible(feed.next_changes(now), request.user) if since else []
        return Response({"cursor": now.isoformat(), "images": changed})
