"""What the door answers before Django has seen the request: JSON to programs, a page to people."""

import json
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from webapp.security_headers import CONTENT_SECURITY_POLICY

Message = dict[str, Any]


@dataclass(frozen=True)
class DoorAnswer:
    """Why a request is not let in, or not read to its end."""

    status: int
    code: str
    text: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class NotLetIn(Exception):
    """Ends the reading of a request. answer: what its sender is told."""

    def __init__(self, answer: DoorAnswer) -> None:
        super().__init__(answer.code)
        self.answer = answer


async def send_answer(scope: Message, send: Any, answer: DoorAnswer) -> None:
    """Tells the sender and has the connection closed: what else comes in is not read."""
    if scope["path"].startswith("/api/"):
        kind, body = b"application/json", json.dumps({"code": answer.code, "text": answer.text})
    else:
        kind, body = b"text/html; charset=utf-8", str(render_to_string("refused_at_door.html", {"answer": answer}))
    headers = [(b"content-type", kind), (b"connection", b"close"), (b"cache-control", b"no-store"), *answer.headers]
    headers.append((b"content-security-policy", CONTENT_SECURITY_POLICY.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
