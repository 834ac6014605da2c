"""Stops a request body that is too large before it fills the disk: Django spools the whole body before any view runs."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

ANSWER = b'{"code":"request_too_large","text":"The request is larger than allowed. Send fewer files."}'


class RequestTooLarge(Exception):
    """More bytes came than the request may have; its length was not announced."""


def limit_requests(application: Application, limit: int) -> Application:
    """The ASGI `application`, with 413 for bodies over `limit` bytes: by Content-Length, or when they turn out so."""

    async def limited(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            await _refuse(send)
            return
        count = 0

        async def counted() -> Message:
            nonlocal count
            message: Message = await receive()
            count += len(message.get("body", b""))
            if count > limit:
                raise RequestTooLarge
            return message

        try:
            await application(scope, counted, send)
        except RequestTooLarge:
            await _refuse(send)

    return limited


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})
