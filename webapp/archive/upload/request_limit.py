"""Stops a request body that is too large, a stranger's, or more than the disk should hold, before it fills the disk: Django
spools the whole body before any view runs.

Only the addresses that take files may receive much, and only from people who are signed in. Elsewhere, and that includes the
sign-in page that everybody reaches, a body is a form or a review. A disk that is too full for the body is told here as well:
no view has run yet.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.db import Error
from django.urls import reverse

from webapp.archive.reserve import reserve_refusal
from webapp.archive.storage import is_disk_full
from webapp.archive.upload.door_answer import DoorAnswer, Message, NotLetIn, send_answer
from webapp.archive.upload.traffic import UploadLimits, UploadTraffic

Application = Callable[[Any, Any, Any], Awaitable[None]]  # scope, receive, send

KnowsSender = Callable[
    [Message], Awaitable[int | None]
]  # of a scope: the id of the person who is signed in and sends it

FORM_BYTES = 4 * 2**20
FILE_PATHS = ("/api/uploads/", "/api/bundles/", "/models/add/")
WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
NO_LIMITS = UploadLimits()
COPIES = 3  # the body, its files and a zip's last copy may lie in INCOMING_DIR together
ROOM_EVERY_BYTES = 8 * 2**20  # how often the free space is looked at again while a body comes in

TOO_LARGE = DoorAnswer(413, "request_too_large", "The request is larger than allowed. Send fewer files.")
NOT_SIGNED_IN = DoorAnswer(
    401,
    "not_authenticated",
    "Sign in first, or send a token. Nothing of the body was kept.",
    ((b"www-authenticate", b"Token"),),
)
BUSY = DoorAnswer(
    503,
    "busy",
    "The database is busy. Nothing of the body was kept; send it again in a moment.",
    ((b"retry-after", b"2"),),
)
NO_ROOM = DoorAnswer(507, "storage_full", "The disk of the server is full. Nothing was kept; tell the administrator.")


def limit_requests(
    application: Application, limit: int, knows_sender: KnowsSender, limits: UploadLimits = NO_LIMITS
) -> Application:
    """The ASGI `application`, with 413 for bodies over `limit` bytes (FORM_BYTES where no files are taken).

    Too large by Content-Length, or found to be so while reading; 408 for one that comes too slowly. Where files are taken, 401
    for a stranger (on a page: to the sign-in), 503 while the database is too busy to tell, 429 beyond a limit of person or
    address, and 507 when the body would touch the disk's reserve, all before the first byte is asked for; 507 as well when the
    reserve is reached or the disk is full while the body comes in.
    """
    traffic = UploadTraffic(limits)

    async def limited(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        has_answered = False

        async def answering(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        takes_files = scope["path"] in FILE_PATHS and scope["method"] not in WITHOUT_BODY
        most = limit if takes_files else min(limit, FORM_BYTES)
        counted = _counted(traffic.in_time(receive), most, takes_files)
        try:
            announced = _announced(scope, most)
            if not takes_files:
                await application(scope, counted, answering)
                return
            person = await _require_person(scope, knows_sender)
            with traffic.upload(person, scope["client"][0] if scope.get("client") else ""):
                _require_room(COPIES * announced)
                await application(scope, counted, answering)
        except NotLetIn as refused:
            if has_answered:
                raise
            await send_answer(scope, send, refused.answer)
        except OSError as error:
            if has_answered or not is_disk_full(error):
                raise
            await send_answer(scope, send, NO_ROOM)

    return limited


def _announced(scope: Message, most: int) -> int:
    """Content-Length, 0 without one. Raises NotLetIn for more than `most`."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    announced = int(length) if length.isdigit() else 0
    if announced > most:
        raise NotLetIn(TOO_LARGE)
    return announced


def _counted(receive: Any, most: int, takes_files: bool) -> Any:
    """`receive`, which raises NotLetIn beyond `most` bytes, and where files are taken when the disk's reserve is reached."""
    count, next_look = 0, ROOM_EVERY_BYTES

    async def counted() -> Message:
        nonlocal count, next_look
        message: Message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise NotLetIn(TOO_LARGE)
        if takes_files and count >= next_look:
            next_look = count + ROOM_EVERY_BYTES
            _require_room((COPIES - 1) * count)  # what has come is written; the copy of it is not yet
        return message

    return counted


def _require_room(more_bytes: int) -> None:
    refusal = reserve_refusal(more_bytes)
    if refusal:
        text = f"{refusal.text} Nothing was kept; tell the administrator."
        raise NotLetIn(DoorAnswer(refusal.http, refusal.code, text))


async def _require_person(scope: Message, knows_sender: KnowsSender) -> int:
    try:
        person = await knows_sender(scope)
    except Error as error:
        raise NotLetIn(BUSY) from error
    if person:
        return person
    if scope["path"].startswith("/api/"):
        raise NotLetIn(NOT_SIGNED_IN)
    address = f"{reverse('sign_in')}?next={scope['path']}"
    raise NotLetIn(DoorAnswer(303, "not_authenticated", "Sign in first.", ((b"location", address.encode()),)))
