"""Schemas of the prediction API for /api/schema/. tests/webapp/predictions/test_openapi.py holds them against a real run."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from inference.documents import FindingDocument, GateDocument, MapDocument
from webapp.json_bodies import coded, ref
from webapp.refused import RefusalBody
from webapp.work.models import Job

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Key = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Sha256 = Annotated[str, Field(description="SHA-256 in hexadecimal digits; empty before the result")]
JobState = Annotated[str, coded(Job.State.values)]


class JobError(RefusalBody):
    """Why a run failed, or why it was not started."""


class PredictionRow(TypedDict):
    """What the database says of a run, whatever its state."""

    id: Key
    image: Key
    state: JobState
    bundle: Sha256
    bundle_name: str
    bundle_version: str
    provider: Annotated[str, Field(description="execution provider that computed it")]
    image_sha256: Sha256
    input_sha256: Sha256
    waiting_for: Annotated[str, Field(description="why a queued run cannot start yet")]
    attempt: int
    cancel_requested: bool
    error: JobError | None
    created_at: Time
    started_at: Time | None
    finished_at: Time | None


class PredictionDocument(PredictionRow):
    """A run with its answer; gate null and the lists empty until it has succeeded."""

    gate: GateDocument | None
    maps: list[MapDocument]
    findings: list[FindingDocument]


class PredictionList(TypedDict):
    results: Annotated[list[PredictionDocument], Field(description="newest first")]


class ComparisonDocument(TypedDict):
    """what: `numbers` or a kind of map. largest: |again - stored|, null where it could not be compared; note says why."""

    what: str
    title: str
    largest: float | None
    tolerance: float | None
    is_within: bool
    note: str


class ReproductionDocument(TypedDict):
    """A result computed once more beside the stored one. is_within: null before the end; each difference within its tolerance."""

    id: Key
    state: JobState
    asked_by: str
    provider: str
    comparisons: list[ComparisonDocument]
    is_within: bool | None
    waiting_for: str
    error: JobError | None
    created_at: Time
    finished_at: Time | None


class ReproductionList(TypedDict):
    results: Annotated[list[ReproductionDocument], Field(description="newest first")]


REFUSAL = ref(RefusalBody)
REPRODUCTION = ref(ReproductionDocument)
REPRODUCTIONS = ref(ReproductionList)
PREDICTION = ref(PredictionDocument)
PREDICTIONS = ref(PredictionList)
