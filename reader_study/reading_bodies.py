"""JSON bodies of a reading: what a reader is shown and what comes back. No image id, no arm, no model, no stratum."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from inference.documents import DecisionCode, MapFacts, ModelBox, Pair
from reader_study.models import AiOutput, Case, Reading, Truth
from reader_study.protocol_model import ACTIONS, AI_LAYERS, MARK_SHAPES, ProtocolQuestion
from webapp.json_bodies import coded
from webapp.predictions.openapi import Key, Time
from webapp.reviews.openapi import PixelBox

MarkShape = Annotated[str, coded(MARK_SHAPES)]
NEXT_STATES = ("reading", "open_session", "washout", "done", "paused", "study_not_open")
Stage = Annotated[str, coded(Reading.Stage.values)]
TruthStatus = Annotated[str, coded(Truth.Status.values)]


class FormFinding(TypedDict):
    """min, max: lowest and highest rating of the scale. keys: digit on the keyboard, and the rating that it gives."""

    code: str
    label: str
    scale: str
    min: int
    max: int
    keys: dict[str, int]
    order: int


class FormDocument(TypedDict):
    """What readers fill in: no cut, no model, no arm. actions: empty where none is asked for. enhanced: whether they may look at
    the picture with its local contrast raised."""

    findings: list[FormFinding]
    questions: list[ProtocolQuestion]
    actions: list[Annotated[str, coded(ACTIONS)]]
    marks: list[MarkShape]
    inadequate: bool
    comment: bool
    enhanced: bool


class FindingAnswer(TypedDict):
    rating: float | None
    action: str


class StudyMark(TypedDict):
    """w = h = 0 for points."""

    key: str
    finding: str
    shape: MarkShape
    x: float
    y: float
    w: float
    h: float
    rating: float | None
    first_drawn_ms: int | None


class Coding(TypedDict):
    """Codes of one failure; scheme_version is added by the server."""

    item: str
    outcome: str
    site: str
    laterality: str
    cause: str
    severity: int | None
    region: PixelBox | None
    confidence: int | None
    note: str


class AnswerBody(TypedDict):
    """The answers of one stage; a field left out is empty. inadequate: why the image cannot be read, empty = it can."""

    ratings: dict[str, FindingAnswer]
    marks: list[StudyMark]
    answers: dict[str, str | float | bool | list[str] | None]
    comment: str
    inadequate: str
    active_ms: int | None
    first_mark_ms: int | None
    codings: NotRequired[list[Coding]]


class Receipt(TypedDict):
    """Proof of a lock. next_stage: only in the answer to the lock itself."""

    sha256: str
    locked_at: Time | None
    chain_sha256: str | None
    next_stage: NotRequired[Stage | None]


class DraftReceipt(TypedDict):
    revision: int
    saved_at: Time


class DraftDocument(DraftReceipt):
    body: AnswerBody


class LockedAnswer(TypedDict):
    body: AnswerBody
    receipt: Receipt


class CodingItem(TypedDict):
    """A failure to be coded."""

    id: Key
    finding: str
    outcome: str
    probability: float | None
    threshold: float | None
    predicted_boxes: list[PixelBox]
    truth_boxes: list[PixelBox]


class LeaseDocument(TypedDict):
    """mine: whether the tab that asks may write."""

    mine: bool
    until: Time


AssignmentUrls = TypedDict(
    "AssignmentUrls",
    {
        "header": str,
        "frame": str,
        "draft": str,
        "lock": str,
        "ai": str,
        "events": str,
        "pause": str,
        "resume": str,
        "take-over": str,
        "feedback": str,
    },
)


class AssignmentDocument(TypedDict):
    """A case that its reader has open. part: the neutral label of the arm. urls: by name, below the assignment."""

    id: Key
    study: Key
    session: Key
    case: str
    position: int
    total: int
    part: str
    role: Annotated[str, coded(Case.Role.values)]
    stage: Stage | None
    stages: list[Stage]
    has_ai: bool
    form: FormDocument
    items: list[CodingItem]
    draft: DraftDocument | None
    locked: dict[str, LockedAnswer]
    paused: bool
    opened_at: Time | None
    lease: LeaseDocument | None
    urls: AssignmentUrls


class SessionDocument(TypedDict):
    """A session; reader, arm_plan and block only for those who run the study."""

    id: Key
    reader: NotRequired[str]
    arm_plan: NotRequired[list[str]]
    block: NotRequired[str]
    ordinal: int
    label: str
    kind: Literal["training", "scored"]
    state: str
    done: int
    total: int
    opens_at: Time | None
    closes_at: Time | None
    opened_at: Time | None
    ended_at: Time | None


class NextDocument(TypedDict):
    """What a reader does next; the rest as far as the state has it."""

    state: Annotated[str, coded(NEXT_STATES)]
    assignment: AssignmentDocument | None
    session: SessionDocument | None
    opens_on: str | None
    opens_at: Time | None


class AiFinding(TypedDict):
    """Score and boxes only in arms that show these layers."""

    key: str
    title: str
    probability: NotRequired[float | None]
    interval: NotRequired[Pair | None]
    threshold: NotRequired[float | None]
    decision: NotRequired[DecisionCode]
    reason: NotRequired[str | None]
    boxes: NotRequired[list[ModelBox]]


class AiMapDocument(MapFacts):
    url: str


class AiDocument(TypedDict):
    """A frozen output as far as the arm shows it: no model name, version or bundle id."""

    state: Annotated[str, coded(AiOutput.State.values)]
    reason: str
    layers: list[Annotated[str, coded(AI_LAYERS)]]
    findings: list[AiFinding]
    maps: list[AiMapDocument]


class FeedbackTruth(TypedDict):
    finding: str
    status: str
    regions: list[PixelBox]


class FeedbackDocument(TypedDict):
    """Truth and right or wrong of a training case; explain: empty in arms without a model."""

    truth: list[FeedbackTruth]
    right: dict[str, bool | None]
    explain: str


class VoteDocument(TypedDict):
    """Without the voter's name."""

    kind: str
    status: TruthStatus
    regions: list[PixelBox]
    note: str


class TruthRow(TypedDict):
    """columns, rows: size of the image in pixels."""

    id: Key
    case: str
    finding: str
    columns: int
    rows: int
    my_vote: VoteDocument | None


class TruthDocument(TruthRow):
    """votes: of everybody, to the chair once they differ."""

    label: str
    state: Annotated[str, coded(Truth.State.values)]
    urls: dict[str, str]
    votes: NotRequired[list[VoteDocument]]
