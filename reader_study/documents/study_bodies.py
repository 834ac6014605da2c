"""JSON bodies of a study as those who run it see it; what readers see is in reading_bodies.py."""

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from reader_study.models import Amendment, Case, Deviation, Lock, Membership, Reader, Study
from reader_study.reading_bodies import SessionDocument, TruthRow
from webapp.json_bodies import coded
from webapp.predictions.openapi import Key, Time

StudyState = Annotated[str, coded(Study.State.values)]
Role = Annotated[str, coded(Membership.Role.values)]


class ProblemDocument(TypedDict):
    """What must be put right first. field: a path; text: value and what is allowed."""

    code: str
    field: str
    text: str


class ProtocolMark(TypedDict):
    """Which protocol is in force; frozen: at the opening."""

    version: int
    sha256: str
    frozen: bool


class StudyCounts(TypedDict):
    cases: int
    training: int
    readers: int


class LockRequested(TypedDict):
    by: str
    at: Time | None


class StudyDocument(TypedDict):
    """description to lock_requested: only for those who run the study; problems: what keeps it from opening or locking."""

    id: Key
    title: str
    slug: str
    kind: Annotated[str, coded(Study.Kind.values)]
    state: StudyState
    roles: list[Role]
    is_owner: bool
    created_at: Time
    opened_at: Time | None
    closed_at: Time | None
    locked_at: Time | None
    protocol: ProtocolMark
    description: NotRequired[str]
    state_reason: NotRequired[str]
    counts: NotRequired[StudyCounts]
    lock_requested: NotRequired[LockRequested | None]
    problems: NotRequired[list[ProblemDocument]]


class StudyList(TypedDict):
    studies: list[StudyDocument]
    may_create: bool


class LockAnswer(TypedDict):
    """The first of two people asked for the lock."""

    state: str
    by: str
    at: Time
    problems: list[ProblemDocument]


class ProtocolDocument(TypedDict):
    """body: complete, with every default."""

    version: int
    sha256: str
    frozen_at: Time | None
    body: dict[str, Any]
    problems: list[ProblemDocument]


class MemberDocument(TypedDict):
    id: Key
    username: str
    role: Role
    is_chair: bool
    since: Time
    ended_at: Time | None
    end_reason: str


class MemberList(TypedDict):
    members: list[MemberDocument]


class ReaderDocument(TypedDict):
    """username: for managers only."""

    id: Key
    code: str
    username: NotRequired[str]
    years: int | None
    subspecialty: str
    group: str
    state: Annotated[str, coded(Reader.State.values)]


class ReaderList(TypedDict):
    readers: list[ReaderDocument]


class CaseDocument(TypedDict):
    """image, view: for managers only. rows, columns: size of the image in pixels."""

    id: Key
    code: str
    image: NotRequired[Key]
    view: NotRequired[str]
    role: Annotated[str, coded(Case.Role.values)]
    stratum: str
    group: str
    rows: int
    columns: int
    voided_at: Time | None
    void_reason: str


class CaseList(TypedDict):
    cases: list[CaseDocument]


class CasesAdded(CaseList):
    added: int


class FoundImage(TypedDict):
    """already: a case of the study shows it."""

    id: Key
    code: str
    view: str
    study_date: str | None
    already: bool


class FoundImages(TypedDict):
    """count: of all that the filter finds; images: the first of them."""

    count: int
    images: list[FoundImage]


class DeviationDocument(TypedDict):
    """by: null for what the server noted itself."""

    id: Key
    code: Annotated[str, coded(Deviation.Code.values)]
    text: str
    session: Key | None
    reading: Key | None
    by: str | None
    at: Time


class DeviationList(TypedDict):
    deviations: list[DeviationDocument]


class AmendmentDocument(TypedDict):
    """before_sha256, after_sha256: of what amendments change."""

    number: int
    kind: Annotated[str, coded(Amendment.Kind.values)]
    reason: str
    change: dict[str, Any]
    before_sha256: str
    after_sha256: str
    by: str
    proposed_at: Time
    approved_by: str | None
    approved_at: Time | None
    effective_from: Time | None


class AmendmentList(TypedDict):
    amendments: list[AmendmentDocument]


class LockDocument(TypedDict):
    """One link of the hash chain."""

    sequence: int
    kind: Annotated[str, coded(Lock.Kind.values)]
    object: Key
    object_sha256: str
    sha256: str
    prev_sha256: str
    by: str
    at: Time


class LockList(TypedDict):
    """faults: what is wrong with the chain, in sentences."""

    intact: bool
    faults: list[str]
    locks: list[LockDocument]


class ResultRow(TypedDict):
    """A result set without its results: what auditors see."""

    number: int
    input_sha256: str
    sha256: str
    code_version: str
    amendment: int | None
    at: Time


class ResultSetDocument(ResultRow):
    """document: the results; left out for auditors."""

    document: NotRequired[dict[str, Any]]


class ResultList(TypedDict):
    results: list[ResultRow]


class SessionList(TypedDict):
    sessions: list[SessionDocument]


class ReaderProgress(TypedDict):
    """done, total: scored cases."""

    reader: str
    state: str
    sessions: list[SessionDocument]
    done: int
    total: int


class ProgressDocument(TypedDict):
    readers: list[ReaderProgress]


class TruthQueue(TypedDict):
    """A panel member's list; to_decide: the chair's. Others get counts: status by finding and state, discordant, missing."""

    queue: NotRequired[list[TruthRow]]
    to_decide: NotRequired[list[TruthRow]]
    status: NotRequired[dict[str, dict[str, int]]]
    discordant: NotRequired[int]
    missing: NotRequired[int]
