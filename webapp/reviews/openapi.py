"""Bodies of the review API. Codes of the failure scheme are edited: /api/failure-scheme/ lists them."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from webapp.json_bodies import coded, ref
from webapp.predictions.openapi import Key, Time
from webapp.refused import RefusedBody
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.failure_scheme import OUTCOMES, SAYABLE, VERDICTS

Scheme = Field(description="a code of GET /api/failure-scheme/; an old review has one of its own scheme_version")
SchemeCode = Annotated[str, Scheme]
VerdictCode = Annotated[str, coded(VERDICTS)]
SaidCode = Annotated[str, coded(SAYABLE)]


class PixelBox(TypedDict):
    """Source image pixels; the corner of the first pixel is (0, 0)."""

    x: float
    y: float
    w: float
    h: float


class FailureDocument(TypedDict):
    """proposed_site, proposed_laterality: what the page proposed for the place; null where it proposed nothing."""

    outcome: Annotated[str, coded(OUTCOMES)]
    site: SchemeCode
    laterality: SchemeCode
    cause: SchemeCode | None
    severity: Annotated[int, Scheme] | None
    box: PixelBox | None
    proposed_site: SchemeCode | None
    proposed_laterality: SchemeCode | None


class ReviewedAnswer(TypedDict):
    """What the model had said."""

    prediction: Key
    probability: float | None
    threshold: float | None
    decision: str


class ReviewDocument(TypedDict):
    """finding: empty where a term is spoken of. box: of a verdict that is no failure."""

    id: Key
    image: Key
    image_sha256: str
    bundle: str
    finding: str
    term: str | None
    terms_version: int | None
    verdict: SaidCode
    confidence: int | None
    failure: FailureDocument | None
    box: PixelBox | None
    note: str
    reader: str
    is_mine: bool
    kind: Annotated[str, coded(LabelKind.values)]
    replaces: Key | None
    is_current: bool
    scheme_version: int
    idempotency_key: str | None
    model: ReviewedAnswer
    created_at: Time


class ReviewList(TypedDict):
    reviews: list[ReviewDocument]


class SchemeChoice(TypedDict):
    code: str
    title: str


class SeverityChoice(TypedDict):
    value: int
    title: str


class TermChoice(TypedDict):
    """keys: of bundles' findings that mean the same; where the model has one, its finding is answered instead."""

    code: str
    title: str
    keys: list[str]
    scheme: str | None
    value: str | None
    needs_note: bool


class VerdictChoice(TypedDict):
    """states: answered, undecided, refused: what the model must have said of the finding; none for a verdict on a term."""

    code: VerdictCode
    title: str
    outcome: str | None
    needs_failure: bool
    needs_box: bool
    takes_box: bool
    needs_term: bool
    states: list[str]


class FirstRow(TypedDict):
    """A site and a cause that are offered first with a verdict."""

    verdict: VerdictCode
    outcome: str
    site: str
    cause: str


class SchemeDocument(TypedDict):
    """retired: by kind, the codes that only old rows carry."""

    version: int
    outcomes: list[SchemeChoice]
    sites: list[SchemeChoice]
    lateralities: list[SchemeChoice]
    causes: list[SchemeChoice]
    severities: list[SeverityChoice]
    verdicts: list[VerdictChoice]
    confidences: list[int]
    terms_version: int
    terms: list[TermChoice]
    first_rows: list[FirstRow]
    retired: dict[str, list[SchemeChoice]]


class NoProposal(TypedDict):
    """code: not_frontal, not_chest, too_small, blank or no_thorax."""

    code: str
    text: str


class SiteProposals(TypedDict):
    """A raster of rows x columns cells over the whole stored picture, row by row.

    cells: index into rankings, each with the sites to offer by group of findings, likeliest first. sides: a letter a cell, R, L
    or M of the patient; U where the file does not state its sides. groups: finding -> group; a finding that is not named is
    "other". not_offered: group -> sites that its findings are not offered, whatever the place. problem: why nothing is proposed;
    the raster is empty then.
    """

    image: Key
    problem: NoProposal | None
    columns: int
    rows: int
    cells: list[int]
    sides: str
    rankings: list[dict[str, list[str]]]
    groups: dict[str, str]
    not_offered: dict[str, list[str]]


REVIEW = ref(ReviewDocument)
REVIEW_LIST = ref(ReviewList)
SCHEME = ref(SchemeDocument)
SITE_PROPOSALS = ref(SiteProposals)
REFUSED = ref(RefusedBody)
