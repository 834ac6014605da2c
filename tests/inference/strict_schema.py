"""The bundle's schema with nothing further allowed: what no part of it names is an error."""

from typing import Any

from inference.manifest import bundle_schema


def strict_schema() -> dict[str, Any]:
    """Only `evidence` stays open: it is shown as it is."""
    schema = bundle_schema()
    evidence = schema["properties"].pop("evidence")
    closed: dict[str, Any] = _closed(schema)
    closed["properties"]["evidence"] = evidence
    return closed


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: _closed(one) for name, one in part.items()}
    # A condition (`if`, `then`) names properties too, but describes no object of its own.
    return {"additionalProperties": False} | found if "properties" in part and "type" in part else found
