"""What a client sends as a review: the model by which it is read and described, and what comes of it.

Errors are data: code, field, sentence with value and choices. The failure scheme in force comes as the context of the reading;
the verdict is put beside it once it is read, since it says what the failure needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from webapp.body_values import is_storable, shown
from webapp.refused import Refused
from webapp.reviews.failure_scheme import CONFIDENCES, SAYABLE, WITHDRAWN, Scheme, Verdict
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.openapi import SchemeCode
from webapp.sent_body import OneOf, Says, SentBody, read_sent, said, storable

NOTE_CHARACTERS = 2000


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
    cause: str | None
    laterality: str
    severity: int | None
    box: PixelBox | None
    proposed_site: str = ""  # by the page, for the place; empty for none
    proposed_laterality: str = ""


@dataclass(frozen=True)
class ReviewBody:
    """A review as sent, with every code known to be in the scheme; not yet compared with image and bundle.

    Either finding or term is empty. box: of a verdict that is no failure.
    """

    bundle: str
    prediction: str | None  # the result that was shown; None from clients that do not say: the newest
    finding: str
    term: str
    verdict: Verdict
    box: PixelBox | None
    confidence: int | None
    failure: FailureMark | None
    note: str
    replaces: str | None
    idempotency_key: str
    reader: str | None  # whose answer it is, as the page that took it knows; None from clients that do not say

    @property
    def drawn(self) -> PixelBox | None:
        """The reader's box, wherever it was sent."""
        return self.failure.box if self.failure else self.box

    @property
    def subject(self) -> str:
        """What is spoken of, for sentences."""
        return self.finding or self.term


def _known(info: ValidationInfo) -> dict[str, Any]:
    """What the reading knows beside the body: the scheme, and the verdict once it is read."""
    found: dict[str, Any] = info.context or {}
    return found


def _scheme_code(value: Any, info: ValidationInfo) -> Any:
    """A code that the scheme still uses. Sides that are not stated are U."""
    name = str(info.field_name)
    scheme: Scheme = _known(info)["scheme"]
    kind = {"site": "sites", "cause": "causes", "laterality": "lateralities"}[name]
    value = (value or "U") if name == "laterality" else value
    if value is None and name == "cause":
        return None  # may be said later
    if why := scheme.why_not(kind, value):
        raise said("retired", f"{name} {shown(value)} {why}")
    allowed = scheme.model_causes() if name == "cause" else scheme.in_use(kind)
    if not isinstance(value, str) or value not in allowed:
        raise said("not_allowed", f"{name} {shown(value)} is not one of {', '.join(allowed)}")
    return value


def _proposed_code(value: Any, info: ValidationInfo) -> Any:
    """A code that the scheme has. One that is retired since was proposed all the same."""
    name = str(info.field_name)
    scheme: Scheme = _known(info)["scheme"]
    allowed = scheme.titles({"proposed_site": "sites", "proposed_laterality": "lateralities"}[name])
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise said("not_allowed", f"{name} {shown(value)} is not one of {', '.join(allowed)}")
    return value


def _severity(value: Any, info: ValidationInfo) -> Any:
    scheme: Scheme = _known(info)["scheme"]
    allowed = scheme.in_use("severities")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value not in allowed):
        why = scheme.why_not("severities", value) or f"is not one of {', '.join(map(str, allowed))}"
        raise said("not_allowed", f"severity {shown(value)} {why}")
    return value


def _outcome(value: Any, info: ValidationInfo) -> Any:
    verdict: Verdict = _known(info)["verdict"]
    if value not in (None, verdict.outcome):
        text = f"outcome {shown(value)} does not go with verdict {verdict.code!r}: it is {verdict.outcome}"
        raise said("outcome_contradicts_verdict", text)
    return value


def _box(value: Any, info: ValidationInfo) -> Any:
    verdict: Verdict = _known(info)["verdict"]
    if value is None and verdict.needs_box:
        raise said("box_missing", f"verdict {verdict.code!r} needs a box: where the finding truly is")
    if value is not None and (not isinstance(value, Mapping) or set(value) != set("xywh")):
        raise said("box_shape", f"box {shown(value)} is not an object of x, y, w, h")
    return value


def _own_box(value: Any, info: ValidationInfo) -> Any:
    """A box beside the failure: only of a verdict that takes one."""
    verdict = SAYABLE.get(info.data.get("verdict", ""))
    if value is not None and verdict is not None and not verdict.takes_box:
        where = "its box is sent in failure" if verdict.is_failure else f"those that do: {_with_a_box()}"
        raise said("box_not_allowed", f"verdict {verdict.code!r} takes no box beside it; {where}")
    if value is not None and (not isinstance(value, Mapping) or set(value) != set("xywh")):
        raise said("box_shape", f"box {shown(value)} is not an object of x, y, w, h")
    return value


def _with_a_box() -> str:
    return ", ".join(code for code, verdict in SAYABLE.items() if verdict.takes_box)


def _finding(value: Any, info: ValidationInfo) -> Any:
    """Every verdict but one speaks of a finding; a withdrawal of what was taken back."""
    verdict, term = SAYABLE.get(info.data.get("verdict", "")), info.data.get("term")
    if value and term:
        text = f"finding {shown(value)} and term {term!r} are two things: an answer speaks of one"
        raise said("finding_not_allowed", text)
    if value and verdict is not None and verdict.needs_term:
        text = f"verdict {verdict.code!r} names no finding of the model but a term: leave finding out"
        raise said("finding_not_allowed", text)
    if not value and not term:
        raise said("not_allowed", f"finding {shown(value)} is not a text of 1 to 64 characters")
    return value or None  # the page sends an empty finding with its term


def _term(value: Any, info: ValidationInfo) -> Any:
    verdict = SAYABLE.get(info.data.get("verdict", ""))
    if verdict is None or (value is None and not verdict.needs_term):
        return None
    if not verdict.needs_term and verdict != WITHDRAWN:
        raise said("term_not_allowed", f"verdict {verdict.code!r} takes no term: it speaks of a finding of the model")
    terms = finding_terms()
    allowed = terms.terms if verdict == WITHDRAWN else terms.in_use()  # what was said may be taken back for ever
    if not isinstance(value, str) or value not in allowed:
        text = f"term {shown(value)} is not one of {', '.join(allowed)}"
        raise said("not_allowed", f"{text} (version {terms.version})")
    return value


def _with_content(box: "ReviewBox | None") -> "ReviewBox | None":
    if box is not None and (box.w <= 0 or box.h <= 0):
        raise said("box_empty", f"box of {box.w:g} x {box.h:g} pixels: both must be above 0")
    return box


def _note(value: Any) -> Any:
    if value is not None and (not isinstance(value, str) or len(value) > NOTE_CHARACTERS):
        got = f"{len(value)} characters" if isinstance(value, str) else shown(value)
        raise said("note_too_long", f"note is {got}: text of at most {NOTE_CHARACTERS} characters is allowed")
    if value is not None and not is_storable(value):
        raise said("note_characters", "note holds a NUL or half of a surrogate pair: only plain text is allowed")
    return value


def _named(note: str | None, info: ValidationInfo) -> str | None:
    """The term that stands for all others says nothing without its note."""
    if info.data.get("verdict") != WITHDRAWN.code and not (note or "").strip():
        term = finding_terms().terms.get(info.data.get("term") or "")
        if term is not None and term.needs_note:
            raise said("note_missing", f"term {term.code!r} needs a note that names the finding")
    return note


def _confidence(value: Any, info: ValidationInfo) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value not in CONFIDENCES):
        raise said("not_allowed", f"confidence {shown(value)} is not one of {', '.join(map(str, CONFIDENCES))}")
    if value is not None and info.data.get("verdict") == WITHDRAWN.code:
        raise said("confidence_not_allowed", f"verdict {WITHDRAWN.code!r} takes no confidence: nothing is said")
    return value


def _failure(value: Any, info: ValidationInfo) -> Any:
    """Only where the verdict is a failure; a verdict that is none has been told already."""
    verdict = SAYABLE.get(info.data.get("verdict", ""))
    if verdict is None:
        return None
    if not verdict.is_failure and value is not None:
        raise said("failure_not_allowed", f"verdict {verdict.code!r} takes no failure")
    if verdict.is_failure and not isinstance(value, Mapping):
        text = f"verdict {verdict.code!r} needs a failure with a site, got {shown(value)}"
        raise said("failure_missing", text)
    _known(info)["verdict"] = verdict
    return value


Short = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(storable),
    Says("{name} {shown} is not a text of 1 to 64 characters"),
]
PersonName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=150),
    AfterValidator(storable),
    Says("{name} {shown} is not a text of 1 to 150 characters"),
]
Side = Annotated[float, Says("{name} {shown} is not a finite number", "box_number")]


class ReviewBox(SentBody):
    """Source image pixels; the corner of the first pixel is (0, 0)."""

    x: Side
    y: Side
    w: Side
    h: Side


class FailureRequest(SentBody):
    """laterality: U where it is left out; cause: may be said later; outcome: that of the verdict, or nothing.

    proposed_site, proposed_laterality: what the page proposed for the place, whatever the reader chose.
    """

    site: Annotated[SchemeCode, BeforeValidator(_scheme_code)]
    cause: Annotated[SchemeCode | None, BeforeValidator(_scheme_code)] = None
    laterality: Annotated[SchemeCode | None, BeforeValidator(_scheme_code)] = Field(default=None, validate_default=True)
    severity: Annotated[int | None, BeforeValidator(_severity)] = None
    box: Annotated[ReviewBox | None, AfterValidator(_with_content), BeforeValidator(_box)] = Field(
        default=None, validate_default=True
    )
    outcome: Annotated[str | None, BeforeValidator(_outcome)] = None
    proposed_site: Annotated[SchemeCode | None, BeforeValidator(_proposed_code)] = None
    proposed_laterality: Annotated[SchemeCode | None, BeforeValidator(_proposed_code)] = None


class ReviewRequest(SentBody):
    """bundle: SHA-256 of the bundle whose answer is reviewed; prediction: the result of it that was shown, without it the newest;
    reader: refused (401) unless this person is signed in.

    finding: of the bundle, or, with missed_other and its withdrawal, none and a term of GET /api/failure-scheme/. box: where it
    is, with present and missed_other; a failure has its own.
    """

    bundle: Short
    prediction: Short | None = None
    verdict: Annotated[str, OneOf(tuple(SAYABLE))]
    term: Annotated[str | None, BeforeValidator(_term)] = Field(default=None, validate_default=True)
    finding: Annotated[Short | None, BeforeValidator(_finding)] = Field(default=None, validate_default=True)
    confidence: Annotated[
        Annotated[int, Field(ge=min(CONFIDENCES), le=max(CONFIDENCES))] | None, BeforeValidator(_confidence)
    ] = None
    failure: Annotated[FailureRequest | None, BeforeValidator(_failure)] = Field(default=None, validate_default=True)
    box: Annotated[ReviewBox | None, AfterValidator(_with_content), BeforeValidator(_own_box)] = None
    note: Annotated[
        Annotated[str, Field(max_length=NOTE_CHARACTERS)] | None, AfterValidator(_named), BeforeValidator(_note)
    ] = Field(default=None, validate_default=True)
    replaces: Short | None = None
    idempotency_key: Short
    reader: PersonName | None = None


def read_review_body(data: object, scheme: Scheme) -> ReviewBody:
    """The checked body, in codes that the scheme still uses; raises ReviewRefused naming field, value and what is allowed."""
    if not isinstance(data, Mapping):
        raise ReviewRefused("not_an_object", f"the body is {shown(data)}, not a JSON object")
    try:
        sent = read_sent(ReviewRequest, dict(data), context={"scheme": scheme})
    except Refused as refused:
        raise ReviewRefused(refused.code, refused.text, refused.field) from None
    return ReviewBody(
        bundle=sent.bundle,
        prediction=sent.prediction,
        finding=sent.finding or "",
        term=sent.term or "",
        verdict=SAYABLE[sent.verdict],
        box=_pixel_box(sent.box),
        confidence=sent.confidence,
        failure=_mark(sent.failure) if sent.failure else None,
        note=sent.note or "",
        replaces=sent.replaces,
        idempotency_key=sent.idempotency_key,
        reader=sent.reader,
    )


def _mark(failure: FailureRequest) -> FailureMark:
    box = _pixel_box(failure.box)
    return FailureMark(
        site=failure.site,
        cause=failure.cause,
        laterality=failure.laterality or "U",
        severity=failure.severity,
        box=box,
        proposed_site=failure.proposed_site or "",
        proposed_laterality=failure.proposed_laterality or "",
    )


def _pixel_box(box: ReviewBox | None) -> PixelBox | None:
    return PixelBox(**box.model_dump()) if box else None
