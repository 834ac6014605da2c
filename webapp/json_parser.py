"""JSON bodies as they are read: what cannot be read is a 400 that says so, however it is broken, and never a traceback."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

NOT_JSON = {
    "code": "not_json",
    "field": "",
    "text": "The body is not JSON that can be read: UTF-8, one value, not nested deeply.",
}


class PlainJSONParser(JSONParser):
    """Reads a body as JSON. Raises ParseError, answered 400 `not_json`."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. The fault itself is not told: its text repeats what was sent."""
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, RecursionError, ValueError) as problem:  # ValueError: a number of too many digits
            raise ParseError(NOT_JSON) from problem
