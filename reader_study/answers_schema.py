"""The types of answers, and one JSON Schema for the answers to a protocol's questions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

TEXT_CHARACTERS = 4000


def answers_schema(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Schema of `{code: value}`; null means not answered yet, so required questions are asked for at the lock."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            row["code"]: {"anyOf": [ANSWER_TYPES[row["type"]].schema(row), {"type": "null"}]} for row in questions
        },
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


@dataclass(frozen=True)
class AnswerType:
    """schema: JSON Schema of a value that answers the question. The viewer draws it: src/study/question_controls.tsx."""

    schema: Callable[[Mapping[str, Any]], dict[str, Any]]
    has_options: bool = False


def _number(row: Mapping[str, Any]) -> dict[str, Any]:
    limits = {"minimum": row.get("min"), "maximum": row.get("max"), "multipleOf": row.get("step")}
    return {"type": "number", **{name: value for name, value in limits.items() if value is not None}}


def _text(row: Mapping[str, Any]) -> dict[str, Any]:
    pattern = {"pattern": row["regex"]} if row.get("regex") else {}
    return {"type": "string", "maxLength": TEXT_CHARACTERS, **pattern}


def _choice(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"enum": list(row["options"])}


def _multi(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _choice(row), "uniqueItems": True}


def _boolean(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "boolean"}


ANSWER_TYPES = {
    "choice": AnswerType(_choice, has_options=True),
    "multi": AnswerType(_multi, has_options=True),
    "number": AnswerType(_number),
    "text": AnswerType(_text),
    "boolean": AnswerType(_boolean),
}
