"""Schemas of the study API for /api/schema/."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel

from webapp.json_bodies import Schema, ref
from webapp.refused import RefusedBody

JSON = "application/json"
FREE: Schema = {"type": "object", "additionalProperties": True}
REFUSED = ref(RefusedBody)
TAB = OpenApiParameter("X-Tab", str, OpenApiParameter.HEADER, description="random id of the browser tab that writes")


def operation(
    name: str,
    request: type[BaseModel] | None = None,
    *,
    answer: Schema = FREE,
    status: int = 200,
    also: Mapping[int, Schema] | None = None,
    parameters: list[OpenApiParameter] | None = None,
) -> Callable[..., Any]:
    """Describes one method of a view: its answer is an object; refusals have one shape everywhere.

    request: the model by which the view reads what is sent; None: nothing is read. also: other good statuses and their answers."""
    responses: dict[Any, Any] = {(code, JSON): REFUSED for code in (400, 403, 404, 409)}
    responses[status, JSON] = answer
    responses |= {(code, JSON): other for code, other in (also or {}).items()}
    return extend_schema(
        operation_id=name,
        tags=["studies"],
        request={JSON: ref(request)} if request else None,
        responses=responses,
        parameters=parameters,
    )


def file_operation(name: str, media: str, parameters: list[OpenApiParameter] | None = None) -> Callable[..., Any]:
    """Describes a method that gives bytes."""
    responses: dict[Any, Any] = {(code, JSON): REFUSED for code in (400, 403, 404, 409)}
    responses[200, media] = OpenApiTypes.BINARY
    return extend_schema(operation_id=name, tags=["studies"], responses=responses, parameters=parameters)
