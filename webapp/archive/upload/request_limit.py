"""Stops a request body that is too large before it fills the disk: Django spools the whole body before any view runs.

Only the addresses that take files may receive much. Elsewhere, and that includes the sign-in page that everybody
reaches, a body is a form or a review. A disk that is too full for the body is told here as well: no view has run yet.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from webapp.archive.storage import is_disk_full

Message = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]  # scope, receive, send

FORM_BYTES = 4 * 2**20
FILE_PATHS = ("/api/uploads/", "/api/bundles/", "/models/add/")
TOO_LARGE = b'{"code":"request_too_large","text":"The request is larger than allowed. Send fewer files."}'
NO_ROOM = b'{"code":"storage_full","text":"The disk of the server is full. Nothing was kept; tell the administrator."}'


class RequestTooLarge(Exception):
    """More bytes came than the request may have; its length was not announced."""


def limit_requests(application: Application, limit: int) -> Application:
    """The ASGI `application`, with 413 for bodies over `limit` bytes (FORM_BYTES where no files are taken).

    Too large by Content-Length, or found to be so while reading. 507 when the body does not fit on the disk.
    """

    async def limited(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        most = limit if scope["path"] in FILE_PATHS else min(limit, FORM_BYTES)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > most:
            await _refuse(send, 413, TOO_LARGE)
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


async def _refuse(send: Any, status: int, answer: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
