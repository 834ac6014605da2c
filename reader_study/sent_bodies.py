"""What is sent to the study API: one model per body, with the sentences of its faults. Services read single values by the same
types, so that forms of pages obey them too."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from reader_study.analysis.sizing import ANALYSES
from reader_study.models import Amendment, Case, Deviation, InteractionEvent, Membership, Study, Truth
from reader_study.reading_bodies import AnswerBody
from reader_study.refusal import StudyRefused
from webapp.reveal.canonical_json import canonical_json
from webapp.reviews.failure_scheme import VERDICTS
from webapp.sent_body import OneOf, Says, SentBody, spoken, storable

TITLE_CHARACTERS = 200
MOST_EVENTS = 500
CLIENT_KINDS = tuple(kind for kind in InteractionEvent.KINDS if kind != "ai_revealed")
DECISIONS = ("positive", "negative", "uncertain", "refused")
OTHER_ROLES = tuple(role for role in Membership.Role.values if role != Membership.Role.READER)


def _moment(value: Any, info: ValidationInfo) -> datetime | None:
    """A time with its zone; empty: none."""
    if value is None or value == "":
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        text = "{name} {cut} is not a time with its zone, like 2026-01-31T08:00:00Z"
        raise spoken("not_allowed", text, value, info)
    return found


def _day(value: Any, info: ValidationInfo) -> date | None:
    """A date; empty: none."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise spoken("not_allowed", "{name} {value!r} is not a date like 2026-01-31", value, info) from None


def _small(payload: dict[str, Any] | None) -> dict[str, Any] | None:
    if len(canonical_json(payload or {}).encode("utf-8", "replace")) > InteractionEvent.PAYLOAD_BYTES:
        raise ValueError("too long")
    return payload


def _share(value: float) -> float:
    if not 0 < value < 1:
        raise ValueError("not a share")
    return value


Moment = Annotated[
    datetime | None,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "nullable": True}),
]
Day = Annotated[
    date | None, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "nullable": True})
]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARACTERS),
    AfterValidator(storable),
    Says(f"title {{cut}} is not a text of 1 to {TITLE_CHARACTERS} characters", absent=""),
]
StudyKind = Annotated[str, OneOf(Study.Kind.values)]
Seed = Annotated[Annotated[int, Field(ge=0, lt=2**62)] | None, Says("seed {value!r} is not a whole number from 0")]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=500),
    AfterValidator(storable),
    Says("a reason of 3 to 500 characters is needed", "no_reason", absent=""),
]
FreeText = Annotated[str, AfterValidator(storable)]
Years = Annotated[Annotated[int, Field(ge=0, le=80)] | None, Says("years {value!r} is not a whole number from 0 to 80")]
Subspecialty = Annotated[
    str, Field(max_length=80), AfterValidator(storable), Says("{name} {value!r} is not a short text")
]
ReaderGroup = Annotated[
    str, Field(max_length=16), AfterValidator(storable), Says("{name} {value!r} is not a short text")
]
CaseRole = Annotated[str, OneOf(Case.Role.values)]
Stratum = Annotated[str, Field(max_length=40), AfterValidator(storable), Says("{name} {cut} is not a short text")]
CaseGroup = Annotated[str, Field(max_length=16), AfterValidator(storable), Says("{name} {cut} is not a short text")]
StageCode = Annotated[str, Says("{name} {value!r} is not a text", absent="")]
IdempotencyKey = Annotated[
    str, Field(min_length=1, max_length=64), Says("{name} {cut} is not a text of 1 to 64 characters", absent="")
]
OtherRole = Annotated[str, OneOf(OTHER_ROLES, absent="")]
DeviationCode = Annotated[str, OneOf(Deviation.Code.values)]
DeviationText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=500),
    AfterValidator(storable),
    Says("text of 3 to 500 characters is needed"),
]
AmendmentKind = Annotated[str, OneOf(Amendment.Kind.values)]
AmendmentChange = Annotated[dict[str, Any], Field(min_length=1), Says("change is not a JSON object with content")]
ImageIds = Annotated[list[str], Field(min_length=1), Says("images is not a list of ids")]
Username = Annotated[str, Says("{cut} is not the name of an active person", "no_such_person", absent="")]
TruthStatus = Annotated[str, OneOf(Truth.Status.values)]
Side = Annotated[float, Says("{name} {shown} is not a finite number", "not_a_number")]
Names = Annotated[
    list[Annotated[str, Field(min_length=1)]], Field(min_length=1), Says("attendees is not a list of names")
]


class StudyBody(SentBody):
    """Base of the bodies of the study API."""

    refused = StudyRefused


class SentBox(StudyBody):
    """A box in pixels of the image. Other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    x: Side
    y: Side
    w: Side
    h: Side


class StudyRequest(StudyBody):
    """seed: of the allocation; drawn where it is left out."""

    title: Title
    kind: StudyKind = Study.Kind.READING.value
    seed: Seed = None
    description: FreeText | None = ""


class StudyChange(StudyBody):
    title: Title = ""
    description: FreeText = ""


Regions = Annotated[
    Annotated[list[Annotated[SentBox, Says("{place} is not an object of x, y, w, h")]], Field(max_length=50)] | None,
    Says("regions is not a list of at most 50 boxes"),
]


class CopyRequest(StudyBody):
    title: Title


class ReasonRequest(StudyBody):
    reason: Reason


class MemberRequest(StudyBody):
    """Readers are added at their own address."""

    role: OtherRole
    username: Username
    is_chair: bool = False


class ReaderFields(StudyBody):
    """years: of reading chest radiographs."""

    years: Years = None
    subspecialty: Subspecialty = ""
    group: ReaderGroup = ""


class ReaderRequest(ReaderFields):
    username: Username


class CaseFields(StudyBody):
    role: CaseRole = Case.Role.SCORED.value
    stratum: Stratum = ""
    group: CaseGroup = ""


class CaseFilter(StudyBody):
    """Images of the archive. What is empty or left out is not asked for. failure_site: a code of the failure scheme in force."""

    view: str | None = None
    date_from: Day = None
    date_to: Day = None
    bundle: str | None = None
    finding: str | None = None
    decision: Annotated[str, OneOf(DECISIONS, or_empty=True)] = ""
    verdict: Annotated[str, OneOf(tuple(VERDICTS), or_empty=True)] = ""
    failure_site: str | None = None
    has_failure: bool | None = None


class CasesRequest(CaseFields):
    """images: ids; or the oldest `limit` images that a filter finds."""

    images: ImageIds | None = None
    filter: Annotated[CaseFilter | None, Says("the filter is not a JSON object")] = None
    limit: Annotated[Annotated[int, Field(ge=1)] | None, Says("limit {value!r} is not a whole number from 1")] = None


class DeviationRequest(StudyBody):
    code: DeviationCode
    text: DeviationText


class AmendmentRequest(StudyBody):
    """change: the fields of this kind of amendment."""

    kind: AmendmentKind
    change: AmendmentChange
    reason: Reason
    effective_from: Moment = None


class ScheduleRequest(StudyBody):
    opens_at: Moment = None
    closes_at: Moment = None


class NextRequest(StudyBody):
    """take_over: gives this tab the right to write."""

    take_over: bool = False


Number = Annotated[float, Field(ge=-1e12, le=1e12), Says("{name} {value!r} is not a number")]
Share = Annotated[Number, AfterValidator(_share), Says("alpha and power are not between 0 and 1")]
Size = Annotated[int, Field(ge=2, le=100_000), Says("{name} {value!r} is not a whole number from 2 to 100000")]
Sizes = Annotated[
    list[Size], Field(min_length=1, max_length=200), Says("{name} is not a list of 1 to 200 whole numbers")
]


class SizingRequest(StudyBody):
    """Variance components of a pilot, the difference worth finding, and the numbers of readers and cases to try."""

    var: Number
    cov1: Number
    cov2: Number
    cov3: Number
    var_tr: Number
    effect: Number
    readers: Sizes
    cases: Sizes
    pilot_cases: Size
    alpha: Share = 0.05
    power: Share = 0.8
    analysis: Annotated[str, OneOf(tuple(ANALYSES))] = "rrrc"


class CollectRequest(StudyBody):
    """truth_study: the study whose frozen truth is taken; the own one where it is left out."""

    truth_study: Annotated[
        Annotated[UUID, Field(strict=False)] | None,
        BeforeValidator(lambda value: value or None),
        Says("truth_study is not the id of a study"),
    ] = None


class TruthCsv(StudyBody):
    """In place of a multipart field `file`."""

    model_config = ConfigDict(extra="ignore")

    csv: str | None = None


class TakeOverRequest(StudyBody):
    """tab: that of the header X-Tab where it is left out."""

    tab: str | None = None


class VoidReadingRequest(StudyBody):
    """read_again: the stage is offered to the reader once more."""

    stage: StageCode
    reason: Reason
    read_again: bool = False


class AnswerSent(StudyBody):
    """What a stage is locked with. body: checked against the form of the case (reading_body.py). idempotency_key and tab: those
    of the headers Idempotency-Key and X-Tab where they are left out."""

    stage: StageCode
    body: SkipValidation[AnswerBody]
    idempotency_key: IdempotencyKey | None = None
    tab: str | None = None


class DraftSent(AnswerSent):
    """base_revision: the revision that the body was made from; 0: none."""

    base_revision: Annotated[int, Says("base_revision {value!r} is not a whole number")] = 0


class SentEvent(StudyBody):
    """Something that the viewer did. seq: its number in this reading; client_ms: since the stage was opened."""

    model_config = ConfigDict(extra="ignore")

    seq: Annotated[int, Field(ge=1, lt=2**31), Says("seq {value!r} is not a whole number from 1")]
    kind: Annotated[str, OneOf(CLIENT_KINDS)]
    client_ms: Annotated[
        Annotated[int, Field(ge=0, lt=2**53)] | None, Says("client_ms {value!s:.20} is not a whole number from 0")
    ] = None
    payload: Annotated[
        dict[str, Any] | None,
        AfterValidator(_small),
        Says(f"payload is not an object of at most {InteractionEvent.PAYLOAD_BYTES} bytes"),
    ] = None


Events = Annotated[
    list[Annotated[SentEvent, Says("{place} is not an object")]],
    Field(max_length=MOST_EVENTS),
    Says(f"events is not a list of at most {MOST_EVENTS}"),
]


class EventsRequest(StudyBody):
    events: Events


class VoteRequest(StudyBody):
    """regions: where the finding is; only with status 1."""

    status: TruthStatus
    regions: Regions = None
    note: FreeText | None = None


class DecisionRequest(VoteRequest):
    """attendees: who was at the meeting."""

    attendees: Names


class CodingDecision(StudyBody):
    """The chair's codes for one failure, in codes of the failure scheme in force. attendees: who was at the meeting."""

    item: str | None = None
    outcome: str | None = None
    site: str | None = None
    laterality: str | None = None
    cause: str | None = None
    severity: int | None = None
    region: SentBox | None = None
    confidence: int | None = None
    note: FreeText | None = None
    attendees: Annotated[list[str], Says("attendees is not a list of names")] = []
