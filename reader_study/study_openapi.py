"""Schemas of the study API for /api/schema/."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from webapp.predictions.openapi import FLAG, NUMBER, TEXT, WHOLE, Schema, list_of, nullable

JSON = "application/json"
FREE: Schema = {"type": "object", "additionalProperties": True}
REFUSED: Schema = {
    "type": "object",
    "required": ["code", "field", "text"],
    "properties": {"code": TEXT, "field": TEXT, "text": TEXT},
    "additionalProperties": True,
}
BOX: Schema = {"type": "object", "properties": dict.fromkeys("xywh", NUMBER)}
TAB = OpenApiParameter("X-Tab", str, OpenApiParameter.HEADER, description="random id of the browser tab that writes")


def body(**properties: Schema) -> Schema:
    """An object whose fields may be left out, as far as the service allows."""
    return {"type": "object", "properties": properties}


READING_BODY = body(
    ratings={"type": "object", "additionalProperties": body(rating=nullable(NUMBER), action=TEXT)},
    marks=list_of(
        body(
            key=TEXT,
            finding=TEXT,
            shape=TEXT,
            **dict.fromkeys("xywh", NUMBER),
            rating=nullable(NUMBER),
            first_drawn_ms=nullable(WHOLE),
        )
    ),
    answers=FREE,
    comment=TEXT,
    inadequate=TEXT,
    active_ms=nullable(WHOLE),
    first_mark_ms=nullable(WHOLE),
    codings=list_of(FREE),
)
REASON = body(reason=TEXT)
READER_FIELDS = body(years=nullable(WHOLE), subspecialty=TEXT, group=TEXT)
CASE_FILTER = body(
    view=TEXT, date_from=TEXT, date_to=TEXT, bundle=TEXT, finding=TEXT, decision=TEXT, verdict=TEXT, failure_site=TEXT,
    has_failure=FLAG,
)  # fmt: skip


def operation(
    name: str,
    request: Schema | None = None,
    *,
    answer: Schema = FREE,
    status: int = 200,
    parameters: list[OpenApiParameter] | None = None,
) -> Callable[..., Any]:
    """Describes one method of a view: its answer is an object; refusals have one shape everywhere."""
    responses: dict[Any, Any] = {(code, JSON): REFUSED for code in (400, 403, 404, 409)}
    responses[status, JSON] = answer
    return extend_schema(
        operation_id=name,
        tags=["studies"],
        request={JSON: request} if request is not None else None,
        responses=responses,
        parameters=parameters,
    )


def file_operation(name: str, media: str, parameters: list[OpenApiParameter] | None = None) -> Callable[..., Any]:
    """Describes a method that gives bytes."""
    responses: dict[Any, Any] = {(code, JSON): REFUSED for code in (400, 403, 404, 409)}
    responses[200, media] = OpenApiTypes.BINARY
    return extend_schema(operation_id=name, tags=["studies"], responses=responses, parameters=parameters)
