"""Requests whose length was not announced, as programs send that stream their body in chunks."""

import os
from typing import IO, Any

from django.core.handlers.asgi import ASGIRequest


class SizedRequest(ASGIRequest):
    """Takes the length from the body, which Django has spooled by now: without one it reads a form as empty."""

    def __init__(self, scope: dict[str, Any], body_file: IO[bytes]) -> None:
        super().__init__(scope, body_file)
        if "CONTENT_LENGTH" not in self.META:
            self.META["CONTENT_LENGTH"] = str(body_file.seek(0, os.SEEK_END))
            body_file.seek(0)
