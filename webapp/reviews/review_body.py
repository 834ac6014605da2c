"""What a client sends as a review, checked field by field. Errors are data: code, field, sentence with value and choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.body_values import is_finite_number, is_storable, shown
from webapp.refused import Refused
from webapp.reviews.failure_scheme import CONFIDENCES, VERDICTS, Scheme, Verdict
from webapp.reviews.openapi import FailureRequest, ReviewRequest

NOTE_CHARACTERS = 2000
BODY_FIELDS = tuple(ReviewRequest.__annotations__)
FAILURE_FIELDS = tuple(FailureRequest.__annotations__)


class ReviewRefused(Refused):
    """The review is not taken: 400 (wrong content), 401 (somebody else's answer) or 409 (conflict with what is stored)."""

    def __init__(self, code: str, text: str, field: str = "", http: int = 400, **more: Any) -> None:
        super().__init__(code, text, field, http, **more)


@dataclass(frozen=True)
class PixelBox:
    """Box in source image pixels, corner convention."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class FailureMark:
    """Where and why the model failed, in codes of the scheme."""

    site: str
    cause: str
    laterality: str
    severity: int | None
    box: PixelBox | None


@dataclass(frozen=True)
class ReviewBody:
    """A review as sent, with every code known to be in the scheme; not yet compared with image and bundle."""

    bundle: str
    finding: str
    verdict: Verdict
    confidence: int | None
    failure: FailureMark | None
    note: str
    replaces: str | None
    idempotency_key: str
    reader: str | None  # whose answer it is, as the page that took it knows; None from clients that do not say


def read_review_body(data: object, scheme: Scheme) -> ReviewBody:
    """The checked body, in codes that the scheme still uses; raises ReviewRefused naming field, value and what is allowed."""
    if not isinstance(data, Mapping):
        raise ReviewRefused("not_an_object", f"the body is {shown(data)}, not a JSON object")
    _no_unknown_fields(data, BODY_FIELDS, "")
    verdict = VERDICTS[_code(data.get("verdict"), VERDICTS, "verdict")]
    return ReviewBody(
        bundle=_text(data.get("bundle"), "bundle", 64),
        finding=_text(data.get("finding"), "finding", 64),
        verdict=verdict,
        confidence=_confidence(data.get("confidence")),
        failure=_failure(data.get("failure"), verdict, scheme),
        note=_note(data.get("note")),
        replaces=None if data.get("replaces") is None else _text(data["replaces"], "replaces", 64),
        idempotency_key=_text(data.get("idempotency_key"), "idempotency_key", 64),
        reader=None if data.get("reader") is None else _text(data["reader"], "reader", 150),
    )


def _failure(data: object, verdict: Verdict, scheme: Scheme) -> FailureMark | None:
    if not verdict.is_failure:
        if data is not None:
            raise ReviewRefused("failure_not_allowed", f"verdict {verdict.code!r} takes no failure", "failure")
        return None
    if not isinstance(data, Mapping):
        raise ReviewRefused(
            "failure_missing",
            f"verdict {verdict.code!r} needs a failure with site and cause, got {shown(data)}",
            "failure",
        )
    _no_unknown_fields(data, FAILURE_FIELDS, "failure.")
    if data.get("outcome") not in (None, verdict.outcome):
        raise ReviewRefused(
            "outcome_contradicts_verdict",
            f"outcome {shown(data['outcome'])} does not go with verdict {verdict.code!r}: it is {verdict.outcome}",
            "failure.outcome",
        )
    box = None if data.get("box") is None else _box(data["box"])
    if verdict.needs_box and box is None:
        raise ReviewRefused(
            "box_missing", f"verdict {verdict.code!r} needs a box: where the finding truly is", "failure.box"
        )
    return FailureMark(
        site=_scheme_code(data.get("site"), scheme, "sites", "failure.site"),
        cause=_scheme_code(data.get("cause"), scheme, "causes", "failure.cause"),
        laterality=_scheme_code(data.get("laterality") or "U", scheme, "lateralities", "failure.laterality"),
        severity=_severity(data.get("severity"), scheme),
        box=box,
    )


def _box(data: object) -> PixelBox:
    if not isinstance(data, Mapping) or set(data) != {"x", "y", "w", "h"}:
        raise ReviewRefused("box_shape", f"box {shown(data)} is not an object of x, y, w, h", "failure.box")
    values = {}
    for side in "xywh":
        value = data[side]
        if not is_finite_number(value):
            raise ReviewRefused("box_number", f"{side} {shown(value)} is not a finite number", f"failure.box.{side}")
        values[side] = float(value)
    if values["w"] <= 0 or values["h"] <= 0:
        raise ReviewRefused(
            "box_empty", f"box of {values['w']:g} x {values['h']:g} pixels: both must be above 0", "failure.box"
        )
    return PixelBox(**values)


def _confidence(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in CONFIDENCES:
        raise ReviewRefused("not_allowed", f"confidence {shown(value)} is not one of 1, 2, 3, 4, 5", "confidence")
    return value


def _severity(value: object, scheme: Scheme) -> int | None:
    if value is None:
        return None
    allowed = scheme.in_use("severities")
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        why = scheme.why_not("severities", value) or f"is not one of {', '.join(map(str, allowed))}"
        raise ReviewRefused("not_allowed", f"severity {shown(value)} {why}", "failure.severity")
    return value


def _note(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > NOTE_CHARACTERS:
        got = f"{len(value)} characters" if isinstance(value, str) else shown(value)
        raise ReviewRefused(
            "note_too_long", f"note is {got}: text of at most {NOTE_CHARACTERS} characters is allowed", "note"
        )
    if not is_storable(value):
        raise ReviewRefused(
            "note_characters", "note holds a NUL or half of a surrogate pair: only plain text is allowed", "note"
        )
    return value


def _code(value: object, allowed: Mapping[str, object], field: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        name = field.rpartition(".")[2]
        raise ReviewRefused("not_allowed", f"{name} {shown(value)} is not one of {', '.join(allowed)}", field)
    return value


def _scheme_code(value: object, scheme: Scheme, kind: str, field: str) -> str:
    why = scheme.why_not(kind, value)
    if why:
        raise ReviewRefused("retired", f"{field.rpartition('.')[2]} {shown(value)} {why}", field)
    return _code(value, scheme.model_causes() if kind == "causes" else scheme.in_use(kind), field)


def _text(value: object, field: str, longest: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not is_storable(value):
        raise ReviewRefused("not_allowed", f"{field} {shown(value)} is not a text of 1 to {longest} characters", field)
    return value


def _no_unknown_fields(data: Mapping[Any, object], known: tuple[str, ...], prefix: str) -> None:
    unknown = [str(name) for name in data if name not in known]
    if unknown:
        raise ReviewRefused(
            "unknown_field", f"{shown(unknown[0])} is not one of {', '.join(known)}", f"{prefix}{unknown[0][:40]}"
        )
