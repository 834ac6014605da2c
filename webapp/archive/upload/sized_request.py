"""Requests whose length was not announced, as programs send that stream their body in chunks, and those that were cut."""

import os
from typing import IO, Any

from django.core.handlers.asgi import ASGIRequest

_EPILOGUE_BYTES = 1024  # after the last boundary of a form there is a line end and nothing else, but more is allowed


class SizedRequest(ASGIRequest):
    """Takes the length from the body, which Django has spooled by now: without one it reads a form as empty."""

    def __init__(self, scope: dict[str, Any], body_file: IO[bytes]) -> None:
        super().__init__(scope, body_file)
        self._body_file = body_file
        if "CONTENT_LENGTH" not in self.META:
            self.META["CONTENT_LENGTH"] = str(body_file.seek(0, os.SEEK_END))
            body_file.seek(0)

    def is_cut(self) -> bool:
        """Whether this is a form with files that lacks its last boundary (RFC 2046, 5.1.1): Django would take the half of a file
        that did come for the whole."""
        boundary = (self.content_params or {}).get("boundary", "")
        if self.content_type != "multipart/form-data" or not boundary:
            return False
        end = b"--" + boundary.encode("latin-1", "replace") + b"--"
        place, size = self._body_file.tell(), self._body_file.seek(0, os.SEEK_END)
        self._body_file.seek(max(0, size - len(end) - _EPILOGUE_BYTES))
        is_closed = end in self._body_file.read()
        self._body_file.seek(place)
        return not is_closed
