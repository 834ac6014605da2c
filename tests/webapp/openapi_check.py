"""Answers held against what /api/schema/ promises of them."""

import re
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

TYPES = {"string": str, "number": int | float, "integer": int, "boolean": bool, "object": dict, "array": list}


def differences(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Places where `value` is not what `schema` says; fields that either side has alone count."""
    if "$ref" in schema:
        return differences(value, published()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], path)
    if value is None:
        return [] if schema.get("nullable") or not {"type", "allOf"} & set(schema) else [f"{path} is null"]
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        return [f"{path} is {value!r}, not a {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path} is {value!r}, not one of {schema['enum']}"]
    found = []
    for part in schema.get("allOf", []):
        found += differences(value, part, path)
    if "properties" in schema:
        optional = set(schema["properties"]) - set(schema.get("required", [])) - set(value)
        found += [f"{path}.{name} is on one side only" for name in (set(value) ^ set(schema["properties"])) - optional]
        for name in set(value) & set(schema["properties"]):
            found += differences(value[name], schema["properties"][name], f"{path}.{name}")
    if "items" in schema:
        for place, item in enumerate(value):
            found += differences(item, schema["items"], f"{path}[{place}]")
    return found


@cache
def published() -> dict[str, Any]:
    """The schema as /api/schema/ gives it."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def promised(method: str, path: str, status: int) -> dict[str, Any]:
    """What the schema says of the JSON answer to a request. Raises LookupError for an answer that it does not name."""
    for template, operations in published()["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if method in operations and re.fullmatch(pattern, path.partition("?")[0]):
            answers = operations[method]["responses"]
            if str(status) in answers:
                found: dict[str, Any] = answers[str(status)]["content"]["application/json"]["schema"]
                return found
    raise LookupError(f"/api/schema/ names no answer {status} to {method} {path}")


def broken_promises(method: str, path: str, status: int, answer: Any) -> list[str]:
    """Places where a JSON answer is not what the schema says."""
    return differences(answer, promised(method, path, status))
