"""Schemas of the study API for /api/schema/."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from webapp.json_bodies import Schema, ref
from webapp.predictions.openapi import FLAG, TEXT, WHOLE, nullable
from webapp.reviews.openapi import PixelBox

JSON = "application/json"
FREE: Schema = {"type": "object", "additionalProperties": True}
REFUSED: Schema = {
    "type": "object",
    "required": ["code", "field", "text"],
    "properties": {"code": TEXT, "field": TEXT, "text": TEXT},
    "additionalProperties": True,
}
BOX = ref(PixelBox)
TAB = OpenApiParameter("X-Tab", str, OpenApiParameter.HEADER, description="random id of the browser tab that writes")


def body(**properties: Schema) -> Schema:
    """An object whose fields may be left out, as far as the service allows."""
    return {"type": "object", "properties": properties}


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
    also: int | None = None,
    parameters: list[OpenApiParameter] | None = None,
) -> Callable[..., Any]:
    """Describes one method of a view: its answer is an object; refusals have one shape everywhere. also: a second good status."""
    responses: dict[Any, Any] = {(code, JSON): REFUSED for code in (400, 403, 404, 409)}
    responses[status, JSON] = answer
    if also:
        responses[also, JSON] = FREE
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
