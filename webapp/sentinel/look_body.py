"""What a client sends as a first look, and what it is answered. Errors are data: code, field, sentence with value and choices."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from typing_extensions import TypedDict

from webapp.json_bodies import coded
from webapp.predictions.openapi import Key, Time
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.failure_scheme import CONFIDENCES
from webapp.reviews.openapi import PixelBox
from webapp.reviews.review_body import PersonName, ReviewBox, Short
from webapp.sent_body import OneOf, Says, SentBody, said
from webapp.sentinel.models import FirstAnswer, FirstLook

LOOK_STATES = ("not_drawn", "waiting", "answered", "shown", "open")
CONFIDENCE_WORDS = f"confidence {{shown}} is not one of {', '.join(map(str, CONFIDENCES))}"


def _with_place(box: ReviewBox | None, info: ValidationInfo) -> ReviewBox | None:
    if box is not None and info.data.get("says") != FirstAnswer.Says.PRESENT:
        raise said("box_not_allowed", "a box is where a finding is present: this one is not said to be")
    if box is not None and (box.w <= 0 or box.h <= 0):
        raise said("box_empty", f"box of {box.w:g} x {box.h:g} pixels: both must be above 0")
    return box


class FirstAnswerRequest(SentBody):
    """box: source image pixels, only of a finding that is present."""

    finding: Short
    says: Annotated[str, OneOf(tuple(FirstAnswer.Says.values))]
    confidence: Annotated[
        Annotated[int, Field(ge=min(CONFIDENCES), le=max(CONFIDENCES))] | None, Says(CONFIDENCE_WORDS)
    ] = None
    box: Annotated[ReviewBox | None, AfterValidator(_with_place)] = None


class FirstLookRequest(SentBody):
    """One answer to each finding that is asked. reader: refused (401) unless this person is signed in."""

    answers: list[FirstAnswerRequest]
    idempotency_key: Short
    reader: PersonName | None = None


class ShowModelRequest(SentBody):
    """The model is wanted before the answer; reader as above."""

    reason: Annotated[str, OneOf(tuple(FirstLook.Reason.values))]
    idempotency_key: Short
    reader: PersonName | None = None


class AskedFinding(TypedDict):
    key: str
    title: str


class ShowReason(TypedDict):
    code: str
    title: str


class FirstAnswerDocument(TypedDict):
    finding: str
    says: Annotated[str, coded(FirstAnswer.Says.values)]
    confidence: int | None
    box: PixelBox | None


class FirstLookRow(TypedDict):
    """kind: what a label made of it is. broken: why the model was shown without an answer; empty where it was answered first."""

    id: Key
    reader: str
    is_mine: bool
    kind: Annotated[str, coded(LabelKind.values)]
    bundle: str
    image_sha256: str
    probability: float
    broken: str
    answers: list[FirstAnswerDocument]
    created_at: Time


class FirstLookDocument(TypedDict):
    """state: `waiting` = this person answers before the model is shown; `answered`, `shown` (without an answer) = it is open to
    them since; `open` = it is drawn, and open to them without a look of theirs; `not_drawn`. looks: own, and once the model is open
    those of others too. findings and reasons: what to ask, where it waits."""

    state: Annotated[str, coded(LOOK_STATES)]
    url: str
    show_url: str
    findings: list[AskedFinding]
    reasons: list[ShowReason]
    looks: list[FirstLookRow]
