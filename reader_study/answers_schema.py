"""One JSON Schema for the answers to a protocol's questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

TEXT_CHARACTERS = 4000


def answers_schema(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Schema of `{code: value}`; null means not answered yet, so required questions are asked for at the lock."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {row["code"]: {"anyOf": [_value(row), {"type": "null"}]} for row in questions},
    }


def answer_faults(schema: Mapping[str, Any], answers: Any) -> list[tuple[str, str]]:
    """(code, sentence) of every answer that the schema refuses."""
    found = []
    for error in sorted(
        Draft202012Validator(schema).iter_errors(answers), key=lambda error: list(map(str, error.path))
    ):
        code = str(error.path[0]) if error.path else ""
        cause = error.context[0].message if error.context else error.message
        found.append((code, cause[:200]))
    return found


def _value(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = row["type"]
    if kind == "choice":
        return {"enum": list(row["options"])}
    if kind == "multi":
        return {"type": "array", "items": {"enum": list(row["options"])}, "uniqueItems": True}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "number":
        limits = {"minimum": row.get("min"), "maximum": row.get("max"), "multipleOf": row.get("step")}
        return {"type": "number", **{name: value for name, value in limits.items() if value is not None}}
    pattern = {"pattern": row["regex"]} if row.get("regex") else {}
    return {"type": "string", "maxLength": TEXT_CHARACTERS, **pattern}
