"""What a reader's browser sends as the answers of one stage: its shape, and what is still empty. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reader_study.answers_schema import answer_faults, answers_schema
from reader_study.protocol_model import ACTIONS, RATING_SCALES, RatingScale
from reader_study.reading_bodies import AnswerBody, StudyMark
from reader_study.refusal import StudyRefused
from webapp.body_values import is_finite_number, is_storable, shown
from webapp.reviews.box_in_image import beyond_image

FIELDS = tuple(AnswerBody.__annotations__)
MARK_FIELDS = tuple(StudyMark.__annotations__)
COMMENT_CHARACTERS = 4000
MOST_MARKS = 200
CODING_CHARACTERS = 100_000
LONGEST_MS = 10**12


@dataclass(frozen=True)
class Form:
    """What one reading asks for. columns, rows: size of the image, in which marks must lie."""

    findings: tuple[Mapping[str, Any], ...]
    questions: tuple[Mapping[str, Any], ...]
    marks: tuple[str, ...]
    actions: bool
    inadequate: bool
    columns: int
    rows: int

    @classmethod
    def of(cls, body: Mapping[str, Any], columns: int, rows: int) -> "Form":
        """The form of a completed protocol body."""
        part = body["reading"]
        return cls(
            tuple(body["findings"]), tuple(body["questions"]), tuple(part["marks"]), bool(part["actions"]),
            bool(part["inadequate"]), columns, rows,
        )  # fmt: skip

    def scale(self, finding: str) -> RatingScale:
        """The scale of a finding."""
        return RATING_SCALES[next(row["scale"] for row in self.findings if row["code"] == finding)]


def checked_body(data: object, form: Form) -> dict[str, Any]:
    """The body in its normal form, nothing left out. Raises StudyRefused (400) naming field, value and what is allowed."""
    if not isinstance(data, Mapping):
        raise _bad("not_an_object", "body", f"the body is {shown(data)}, not a JSON object")
    _no_unknown(data, FIELDS, "")
    answers = data.get("answers") or {}
    if faults := answer_faults(answers_schema(form.questions), answers):
        raise _bad("not_allowed", f"answers.{faults[0][0]}", f"answer to {faults[0][0] or 'answers'}: {faults[0][1]}")
    inadequate = _text(data.get("inadequate"), "inadequate", 300)
    if inadequate and not form.inadequate:
        raise _bad("not_allowed", "inadequate", "the protocol knows no inadequate images")
    return {
        "ratings": _ratings(data.get("ratings") or {}, form),
        "marks": _marks(data.get("marks") or [], form),
        "answers": {row["code"]: answers.get(row["code"]) for row in form.questions},
        "comment": _text(data.get("comment"), "comment", COMMENT_CHARACTERS),
        "inadequate": inadequate,
        "active_ms": _milliseconds(data.get("active_ms"), "active_ms"),
        "first_mark_ms": _milliseconds(data.get("first_mark_ms"), "first_mark_ms"),
        "codings": _codings(data.get("codings") or []),
    }


def empty_answers(body: Mapping[str, Any], form: Form) -> list[str]:
    """Names of what is still empty, as paths; none when the reading may be locked."""
    if body["inadequate"]:
        return []
    empty = []
    for row in form.findings:
        given = body["ratings"][row["code"]]
        if given["rating"] is None:
            empty.append(f"ratings.{row['code']}.rating")
        if form.actions and not given["action"]:
            empty.append(f"ratings.{row['code']}.action")
    empty += [f"marks.{mark['key']}.rating" for mark in body["marks"] if mark["rating"] is None]
    return empty + [
        f"answers.{row['code']}"
        for row in form.questions
        if row.get("required") and body["answers"][row["code"]] in (None, "", [])
    ]


def _ratings(data: object, form: Form) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise _bad("not_an_object", "ratings", f"ratings {shown(data)} is not an object")
    codes = [row["code"] for row in form.findings]
    _no_unknown(data, codes, "ratings.")
    found = {}
    for code in codes:
        given = data.get(code) or {}
        if not isinstance(given, Mapping):
            raise _bad("not_an_object", f"ratings.{code}", f"rating of {code} is {shown(given)}, not an object")
        _no_unknown(given, ("rating", "action"), f"ratings.{code}.")
        action = given.get("action") or ""
        if action and (not form.actions or action not in ACTIONS):
            allowed = ", ".join(ACTIONS) if form.actions else "none: the protocol asks for no action"
            raise _bad("not_allowed", f"ratings.{code}.action", f"action {shown(action)} is not one of {allowed}")
        found[code] = {"rating": _rating(given.get("rating"), code, f"ratings.{code}.rating", form), "action": action}
    return found


def _rating(value: object, finding: str, field: str, form: Form) -> float | None:
    if value is None:
        return None
    scale = form.scale(finding)
    low, high = scale
    if not is_finite_number(value) or not low <= value <= high or (scale.is_whole and value != int(value)):
        kind = "a whole number" if scale.is_whole else "a number"
        raise _bad("not_allowed", field, f"rating {shown(value)} of {finding} is not {kind} from {low} to {high}")
    return float(value)


def _marks(data: object, form: Form) -> list[dict[str, Any]]:
    if not isinstance(data, Sequence) or isinstance(data, str) or len(data) > MOST_MARKS:
        raise _bad("not_allowed", "marks", f"marks is not a list of at most {MOST_MARKS}")
    found = [_mark(row, f"marks[{k}]", form) for k, row in enumerate(data)]
    keys = [row["key"] for row in found]
    if len(set(keys)) != len(keys):
        raise _bad("twice", "marks", "two marks have one key")
    return found


def _mark(row: object, field: str, form: Form) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise _bad("not_an_object", field, f"mark {shown(row)} is not an object")
    _no_unknown(row, MARK_FIELDS, f"{field}.")
    codes = [one["code"] for one in form.findings]
    for name, allowed in (("finding", codes), ("shape", form.marks)):
        if row.get(name) not in allowed:
            raise _bad(
                "not_allowed",
                f"{field}.{name}",
                f"{name} {shown(row.get(name))} is not one of {', '.join(allowed) or 'none'}",
            )
    box = checked_box(row, field, form.columns, form.rows, is_point=row["shape"] == "point")
    return {
        "key": _text(row.get("key"), f"{field}.key", 64) or field,
        "finding": row["finding"],
        "shape": row["shape"],
        **box,
        "rating": _rating(row.get("rating"), str(row["finding"]), f"{field}.rating", form),
        "first_drawn_ms": _milliseconds(row.get("first_drawn_ms"), f"{field}.first_drawn_ms"),
    }


def checked_box(
    row: Mapping[str, Any], field: str, columns: int, rows: int, *, is_point: bool = False
) -> dict[str, float]:
    """x, y, w, h inside the image; w = h = 0 for points, above 0 for boxes. Raises StudyRefused (400)."""
    values = {side: row.get(side, 0 if is_point and side in "wh" else None) for side in "xywh"}
    for side, value in values.items():
        if not is_finite_number(value):
            raise _bad("not_a_number", f"{field}.{side}", f"{side} {shown(value)} is not a finite number")
    x, y, w, h = (float(values[side]) for side in "xywh")
    if (is_point and (w or h)) or (not is_point and (w <= 0 or h <= 0)):
        wanted = "0 for a point" if is_point else "above 0 for a box"
        raise _bad("not_allowed", f"{field}.w", f"w {w:g} and h {h:g} must be {wanted}")
    if beyond := beyond_image(x, y, w, h, columns, rows):
        raise _bad("outside", field, beyond)
    return {"x": x, "y": y, "w": w, "h": h}


def _codings(data: object) -> list[Any]:
    """Only its size is checked here: the codes are checked at the lock, against the failures of the case."""
    if not isinstance(data, list) or len(data) > MOST_MARKS or len(repr(data)) > CODING_CHARACTERS:
        raise _bad(
            "not_allowed",
            "codings",
            f"codings is not a list of at most {MOST_MARKS} and {CODING_CHARACTERS} characters",
        )
    return data


def _milliseconds(value: object, field: str) -> int | None:
    if value is None:
        return None
    if not is_finite_number(value) or not 0 <= value <= LONGEST_MS:
        raise _bad("not_allowed", field, f"{field} {shown(value)} is not a number of milliseconds from 0")
    return int(value)


def _text(value: object, field: str, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not is_storable(value):
        raise _bad("not_allowed", field, f"{field} is not a text of at most {longest} characters")
    return value


def _no_unknown(data: Mapping[Any, Any], known: Sequence[str], prefix: str) -> None:
    for name in data:
        if name not in known:
            text = f"{shown(name)} is not one of {', '.join(known)}"
            raise _bad("unknown_field", f"{prefix}{str(name)[:40]}", text)


def _bad(code: str, field: str, text: str) -> StudyRefused:
    return StudyRefused(code, text, field, 400)
