"""The size of a request is looked at before Django spools it."""

import asyncio
import errno
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from webapp.archive.upload.request_limit import FILE_PATHS, FORM_BYTES, limit_requests
from webapp.archive.upload.sized_request import SizedRequest


async def everybody(scope: Any) -> bool:
    """Everybody is somebody we know."""
    return True


def ask(
    chunks: list[bytes], headers: dict[bytes, bytes], path: str = "/api/uploads/", limit: int = 10
) -> tuple[int, int]:
    """(status, bytes the application has read) of a request to an address with this limit."""
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

    scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers.items())}
    asyncio.run(limit_requests(application, limit, everybody)(scope, receive, send))
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


@pytest.mark.parametrize("has_answered", [False, True])
def test_a_body_that_does_not_fit_on_the_disk_is_507(has_answered: bool) -> None:
    sent = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if has_answered:
            await send({"type": "http.response.start", "status": 200})
        raise OSError(errno.ENOSPC, "No space left on device")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/reviews/", "headers": []}
    request = limit_requests(application, 10, everybody)(scope, None, send)
    if has_answered:  # a second start would break the connection's protocol
        with pytest.raises(OSError, match="No space left"):
            asyncio.run(request)
    else:
        asyncio.run(request)
        assert b"storage_full" in sent[1]["body"]
    assert [message["status"] for message in sent if "status" in message] == [200 if has_answered else 507]


@pytest.mark.parametrize(("path", "status"), [("/sign-in/", 413), *((path, 202) for path in FILE_PATHS)])
def test_only_the_addresses_that_take_files_take_much(path: str, status: int) -> None:
    # Nobody who is not signed in may fill the disk: the body is spooled before Django knows who sends it.
    size = FORM_BYTES + 1
    assert ask([b"x" * size], {b"content-length": b"%d" % size}, path, limit=2 * FORM_BYTES)[0] == status


@pytest.mark.parametrize("name", ["api_uploads", "api_bundles", "add_model"])
def test_the_addresses_that_take_files_exist(name: str) -> None:
    assert reverse(name) in FILE_PATHS


@pytest.mark.parametrize("announced", [True, False])
def test_a_form_is_read_whether_its_length_was_announced_or_not(announced: bool) -> None:
    body = encode_multipart(BOUNDARY, {"upload": "x", "files": SimpleUploadedFile("a.dcm", b"0123456789")})
    headers = [(b"content-type", MULTIPART_CONTENT.encode())]
    headers += [(b"content-length", b"%d" % len(body))] if announced else [(b"transfer-encoding", b"chunked")]
    scope = {"type": "http", "method": "POST", "path": "/api/uploads/", "query_string": b"", "headers": headers}
    request = SizedRequest(scope, io.BytesIO(body))
    assert request.POST["upload"] == "x"
    assert request.FILES["files"].read() == b"0123456789"
