"""The protocol as an HTML form: fields are named as paths into the body, `findings.0.code`, `design.kind`.

Rows without a code are left out, so that empty rows at the end of a table cost nothing. What a number field holds that is
no number is kept as text: the protocol's own checks then name it.
"""

import re
from collections.abc import Mapping
from typing import Any, get_origin

from reader_study.protocol_body import completed
from reader_study.protocol_model import AI_LAYERS, PARTS, ROWS, names_model

ROW = re.compile(rf"({'|'.join(ROWS)})\.(\d+)\.code")
SPARE_ROWS = 2


def _paths(*kinds: Any) -> list[str]:
    """Paths of the fields of the protocol's parts that are of one of these kinds."""
    fields = ((f"{part}.{name}", field) for part, model in PARTS.items() for name, field in model.model_fields.items())
    return [path for path, field in fields if {field.annotation, get_origin(field.annotation)} & set(kinds)]


INTEGERS, DECIMALS, LISTS, TEXTS = _paths(int), _paths(float), _paths(list), _paths(str)
TICKS = _paths(bool, bool | None)


def body_of(form: Mapping[str, Any], lists: Any, kind: str) -> dict[str, Any]:
    """The protocol's body from a posted form. lists(name) gives all values of a name (QueryDict.getlist)."""
    body: dict[str, Any] = {name: [_row(name, index, form, lists) for index in _indices(name, form)] for name in ROWS}
    for path in (*INTEGERS, *DECIMALS, *TICKS, *LISTS, *TEXTS):
        part, name = path.split(".")
        if part == "failure" and kind != "failure_mode":
            continue
        value: Any = form.get(path, "")
        if path in TICKS:
            value = form.get(path) == "on"
        elif path in LISTS:
            value = [entry for entry in lists(path) if entry]
        elif path in INTEGERS or path in DECIMALS:
            value = number(value, whole=path in INTEGERS)
        body.setdefault(part, {})[name] = value
    for name in ("panel_may_read", "debrief"):
        body[name] = form.get(name) == "on"
    return body


def number(text: str, *, whole: bool) -> int | float | str:
    """The number, or the text itself where it is none."""
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text


def _indices(name: str, form: Mapping[str, Any]) -> list[int]:
    found = [int(match[2]) for key in form if (match := ROW.fullmatch(key)) and match[1] == name]
    return [index for index in sorted(found) if form.get(f"{name}.{index}.code", "").strip()]


def _row(name: str, index: int, form: Mapping[str, Any], lists: Any) -> dict[str, Any]:
    def text(field: str) -> str:
        return str(form.get(f"{name}.{index}.{field}", "")).strip()

    row: dict[str, Any] = {"code": text("code"), "label": text("label") or text("code")}
    if name == "findings":
        return row | {
            "scale": text("scale"),
            "cut": number(text("cut"), whole=False),
            "primary": text("primary") == "on",
        }
    if name == "questions":
        numbers = {key: number(text(key), whole=False) for key in ("min", "max", "step") if text(key)}
        options = [part.strip() for part in text("options").split(",") if part.strip()]
        extra = {"regex": text("regex")} if text("regex") else {}
        return row | {"type": text("type"), "required": text("required") == "on", "options": options} | numbers | extra
    kind = text("kind")
    layers = [layer for layer in AI_LAYERS if layer in lists(f"arms.{index}.ai_layers")]
    return row | {
        "kind": kind,
        "ai_layers": layers if names_model(kind) else [],
        "bundle_id": text("bundle_id") if names_model(kind) else "",
    }


def rows_to_show(body: Mapping[str, Any], name: str, *, spare: bool) -> list[dict[str, Any]]:
    """The rows with their index, and empty ones to fill in."""
    rows = [*completed(body)[name], *([{}] * SPARE_ROWS if spare else [])]
    return [{"index": index, **row} for index, row in enumerate(rows)]
