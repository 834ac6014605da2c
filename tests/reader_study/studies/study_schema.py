"""The published schema of `study_json`, strict about formats."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from reader_study.results.exports.study_json import SCHEMA_FILE


def check_against_schema(document: Any) -> None:
    """Raises jsonschema.ValidationError naming the first place that the schema refuses."""
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
