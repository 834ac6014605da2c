"""JSON bodies as components of /api/schema/, from the types that Python itself is checked against.

A body is one type: a `TypedDict` for what we answer (the answer stays the plain dict that it was, and mypy holds the code
that builds it against the type), a pydantic model for what is sent to us. `ref(Body)` stands for it in a view's schema; the
hook adds its JSON Schema, made by pydantic, and the viewer's types are made from there (docs/decisions.md).
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

Schema = dict[str, Any]
T = TypeVar("T", bound=type[Any])
_PLACE = "#/components/schemas/{model}"
_BODIES: dict[str, Any] = {}
_PAGE_BODIES: dict[str, Any] = {}


class OpenApi30(GenerateJsonSchema):
    """Pydantic writes JSON Schema 2020-12; OpenAPI 3.0 has `nullable`, no `const` and no lists of fixed items."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        return {"allOf": [inner], "nullable": True} if "$ref" in inner else {**inner, "nullable": True}

    def literal_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().literal_schema(schema)
        return {**{key: value for key, value in found.items() if key != "const"}, "enum": list(schema["expected"])}

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}

    def get_title_from_name(self, name: str) -> str:
        return name


def coded(values: Iterable[str]) -> Any:
    """For `Annotated[str, coded(values)]`: the schema names the values of a table that Python knows at run time only."""
    return Field(json_schema_extra={"enum": [str(value) for value in values]})


def ref(body: Any) -> Schema:
    """A reference to the component of a body. Raises ValueError for a second body of the same name."""
    name: str = body.__name__
    if _BODIES.setdefault(name, body) is not body:
        raise ValueError(f"two JSON bodies are called {name}: {_BODIES[name].__module__} and {body.__module__}")
    return {"$ref": _PLACE.format(model=name)}


def page_body(body: T) -> T:
    """Decorates a body that the server writes into a page: the viewer takes it, /api/schema/ does not name it."""
    _PAGE_BODIES[body.__name__] = body
    return body


def body_components(*, with_pages: bool = False) -> dict[str, Schema]:
    """Name and JSON Schema of every body that a view refers to, and of the parts of these bodies; sorted by name."""
    bodies = {**_BODIES, **_PAGE_BODIES} if with_pages else _BODIES
    inputs: list[Any] = [(name, "validation", TypeAdapter(body)) for name, body in sorted(bodies.items())]
    _, found = TypeAdapter.json_schemas(inputs, ref_template=_PLACE, schema_generator=OpenApi30)
    return {name: _without_titles(part) for name, part in sorted(found["$defs"].items())}


def add_bodies(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """The hook of drf-spectacular: our bodies beside the components that it finds itself."""
    known = result.setdefault("components", {}).setdefault("schemas", {})
    bodies = body_components()
    if twice := sorted(set(known) & set(bodies)):
        raise ValueError(f"JSON bodies and serializers share a name: {', '.join(twice)}")
    known |= bodies
    return result


def _without_titles(part: Any) -> Any:
    """Pydantic repeats every name as a title; `properties` may hold a field of that name, which stays."""
    if isinstance(part, list):
        return [_without_titles(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {}
    for key, value in part.items():
        if key == "title" and isinstance(value, str):
            continue
        inner = {name: _without_titles(one) for name, one in value.items()} if key == "properties" else None
        found[key] = inner if inner is not None else _without_titles(value)
    return found
