"""Stops a request body that is too large, or a stranger's, before it fills the disk: Django spools the whole body before any view
runs.

Only the addresses that take files may receive much, and only from people who are signed in. Elsewhere, and that includes the
sign-in page that everybody reaches, a body is a form or a review. A disk that is too full for the body is told here as well:
no view has run yet.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.db import DatabaseError
from django.urls import reverse

from webapp.archive.storage import is_disk_full

Message = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]  # scope, receive, send

KnowsSender = Callable[[Message], Awaitable[bool]]  # of a scope: whether a person who is signed in sends it

FORM_BYTES = 4 * 2**20
FILE_PATHS = ("/api/uploads/", "/api/bundles/", "/models/add/")
TOO_LARGE = b'{"code":"request_too_large","text":"The request is larger than allowed. Send fewer files."}'
WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
NOT_SIGNED_IN = b'{"code":"not_authenticated","text":"Sign in first, or send a token. Nothing of the body was kept."}'
BUSY = b'{"code":"busy","text":"The database is busy. Nothing of the body was kept; send it again in a moment."}'
NO_ROOM = b'{"code":"storage_full","text":"The disk of the server is full. Nothing was kept; tell the administrator."}'


class RequestTooLarge(Exception):
    """More bytes came than the request may have; its length was not announced."""


def limit_requests(application: Application, limit: int, knows_sender: KnowsSender) -> Application:
    """The ASGI `application`, with 413 for bodies over `limit` bytes (FORM_BYTES where no files are taken).

    Too large by Content-Length, or found to be so while reading. Where files are taken, 401 for a stranger (on a page: to the
    sign-in) and 503 while the database is too busy to tell, both before the first byte is asked for. 507 when the body does
    not fit on the disk.
    """

    async def limited(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        takes_files = scope["path"] in FILE_PATHS and scope["method"] not in WITHOUT_BODY
        most = limit if takes_files else min(limit, FORM_BYTES)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > most:
            await _refuse(send, 413, TOO_LARGE)
            return
        if takes_files and not await _is_let_in(scope, send, knows_sender):
            return
        count, has_answered = 0, False

        async def counted() -> Message:
            nonlocal count
            message: Message = await receive()
            count += len(message.get("body", b""))
            if count > most:
                raise RequestTooLarge
            return message

        async def answering(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        try:
            await application(scope, counted, answering)
        except RequestTooLarge:
            await _refuse(send, 413, TOO_LARGE)
        except OSError as error:
            if has_answered or not is_disk_full(error):
                raise
            await _refuse(send, 507, NO_ROOM)

    return limited


async def _is_let_in(scope: Message, send: Any, knows_sender: KnowsSender) -> bool:
    try:
        if await knows_sender(scope):
            return True
    except DatabaseError:
        await _refuse(send, 503, BUSY, (b"retry-after", b"2"))
        return False
    if scope["path"].startswith("/api/"):
        await _refuse(send, 401, NOT_SIGNED_IN, (b"www-authenticate", b"Token"))
    else:
        address = f"{reverse('sign_in')}?next={scope['path']}"
        await _refuse(send, 303, b"", (b"location", address.encode()))
    return False


async def _refuse(send: Any, status: int, answer: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
