"""What is sent as later truth and what is answered. Errors are data: code, field, sentence with value and what is allowed."""

import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from typing_extensions import TypedDict

from webapp.body_values import is_storable, shown
from webapp.json_bodies import coded
from webapp.later_truth.models import LaterTruth
from webapp.predictions.openapi import Key, Time
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.openapi import PixelBox
from webapp.reviews.review_body import NOTE_CHARACTERS, PersonName, ReviewBox, Short
from webapp.sent_body import OneOf, SentBody, said

REASON_CHARACTERS = 500
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


def _subject(value: Any, info: ValidationInfo) -> Any:
    """Either a finding of a model or a term."""
    finding = info.data.get("finding")
    if finding and value:
        raise said("two_subjects", f"finding {shown(finding)} and term {shown(value)} are two things: name one")
    if not finding and not value:
        raise said("no_subject", "neither a finding of the model nor a term is named")
    allowed = finding_terms().in_use()
    if value and (not isinstance(value, str) or value not in allowed):
        raise said("not_allowed", f"term {shown(value)} is not one of {', '.join(allowed)}")
    return value or None


def _day(value: Any) -> Any:
    try:
        if not isinstance(value, str):
            raise ValueError
        if datetime.date.fromisoformat(value).isoformat() != value:  # it takes 20261130 and 2026-W49-1, too
            raise ValueError
    except ValueError:
        raise said("not_allowed", f"exam_date {shown(value)} is not a day of the form 2026-11-30") from None
    return value


def _place(box: ReviewBox | None, info: ValidationInfo) -> ReviewBox | None:
    if box is not None and info.data.get("says") != LaterTruth.Says.PRESENT:
        raise said("box_not_allowed", "a box is where a finding was present: this one is not said to be")
    if box is not None and (box.w <= 0 or box.h <= 0):
        raise said("box_empty", f"box of {box.w:g} x {box.h:g} pixels: both must be above 0")
    return box


def _words(most: int, name: str) -> Any:
    def check(value: Any) -> Any:
        if not isinstance(value, str) or len(value) > most or not is_storable(value):
            got = f"{len(value)} characters" if isinstance(value, str) else shown(value)
            raise said(f"{name}_too_long", f"{name} is {got}: plain text of at most {most} characters is allowed")
        return value.strip()

    return BeforeValidator(check)


def _named(note: str, info: ValidationInfo) -> str:
    """What stands for all others says nothing without its note."""
    term = finding_terms().terms.get(info.data.get("term") or "")
    if not note and term is not None and term.needs_note:
        raise said("note_missing", f"term {term.code!r} needs a note that names the finding")
    if not note and info.data.get("source") == LaterTruth.Source.OTHER:
        raise said("note_missing", "source 'other' needs a note that names the examination")
    return note


def _given(reason: str) -> str:
    if not reason:
        raise said("reason_missing", "taking back needs a reason: readers may have been told")
    return reason


class LaterTruthRequest(SentBody):
    """finding: key of a finding of the model in service, or none and a term of GET /api/failure-scheme/. exam_date: of the later
    examination. box: source image pixels, only of a finding that was present. reader: refused (401) unless this person is
    signed in."""

    says: Annotated[str, OneOf(tuple(LaterTruth.Says.values))]
    source: Annotated[str, OneOf(tuple(LaterTruth.Source.values))]
    exam_date: Annotated[Day, BeforeValidator(_day)]
    idempotency_key: Short
    finding: Short | None = None
    term: Annotated[str | None, BeforeValidator(_subject)] = Field(default=None, validate_default=True)
    box: Annotated[ReviewBox | None, AfterValidator(_place)] = None
    note: Annotated[str, AfterValidator(_named), _words(NOTE_CHARACTERS, "note")] = Field("", validate_default=True)
    reader: PersonName | None = None


class WithdrawLaterTruthRequest(SentBody):
    """reason: for those who were told."""

    reason: Annotated[str, AfterValidator(_given), _words(REASON_CHARACTERS, "reason")]
    reader: PersonName | None = None


class LaterTruthRow(TypedDict):
    """finding: empty where a term is spoken of. days_after: from the study to the later examination; null without a study date."""

    id: Key
    finding: str
    term: str
    title: str
    says: Annotated[str, coded(LaterTruth.Says.values)]
    source: Annotated[str, coded(LaterTruth.Source.values)]
    source_title: str
    exam_date: Day
    days_after: int | None
    box: PixelBox | None
    note: str
    kind: Annotated[str, coded(LabelKind.values)]
    entered_by: str
    is_mine: bool
    created_at: Time


class TruthChoice(TypedDict):
    code: str
    title: str


class TruthChoices(TypedDict):
    """What may be entered: findings of the model in service, terms beyond them, sources, and the earliest and latest day."""

    findings: list[TruthChoice]
    terms: list[TruthChoice]
    sources: list[TruthChoice]
    first_day: Day | None
    last_day: Day


class LaterTruthDocument(TypedDict):
    """truths: those that are open to this person, oldest first; none before the own answer, whether there are any or not.
    choices: null for people who may not enter any."""

    truths: list[LaterTruthRow]
    choices: TruthChoices | None
