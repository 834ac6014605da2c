"""The size of a request is looked at before Django spools it."""

import asyncio
from typing import Any

import pytest

from webapp.archive.request_limit import limit_requests


def ask(chunks: list[bytes], headers: dict[bytes, bytes]) -> tuple[int, int]:
    """(status, bytes the application has read) of a request over a limit of ten bytes."""
    read, sent, waiting = 0, [], list(chunks)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal read
        while True:
            message = await receive()
            read += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 202})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": list(headers.items())}
    asyncio.run(limit_requests(application, 10)(scope, receive, send))
    return sent[0]["status"], read


@pytest.mark.parametrize(
    ("chunks", "headers", "answer"),
    [
        ([b"x" * 10], {b"content-length": b"10"}, (202, 10)),
        ([b"x" * 11], {b"content-length": b"11"}, (413, 0)),
        ([b"x" * 6, b"x" * 4], {}, (202, 10)),
        ([b"x" * 6, b"x" * 6, b"x" * 6], {}, (413, 6)),
        ([b"x" * 6, b"x" * 6], {b"content-length": b"1"}, (413, 6)),
    ],
)
def test_too_much_is_413(chunks: list[bytes], headers: dict[bytes, bytes], answer: tuple[int, int]) -> None:
    assert ask(chunks, headers) == answer
