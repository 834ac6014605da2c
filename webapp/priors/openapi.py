"""Bodies of the part of the API that lists earlier images."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from webapp.predictions.openapi import Key
from webapp.refused import RefusalBody

By = Field(
    description="study: of one study; birth_date: both files state the same; id_alone: the birth date is not stated by both"
)
Order = Field(description="not_known: a date is missing, or both are of one day and the times do not tell")


class ComparedImage(TypedDict):
    """One image to lay beside another. study_time: 09:12, or empty. interval: words, empty where a date is missing. same_moment:
    date and time are those of the image before it in the list; they then stand by arrival, the last first."""

    id: Key
    code: str
    study_date: str | None
    study_time: str
    interval: str
    days: int | None
    order: Annotated[Literal["earlier", "not_known"], Order]
    same_moment: bool
    view: str
    kind: str
    modality: str
    same_by: Annotated[Literal["study", "birth_date", "id_alone"], By]
    remarks: list[str]
    warnings: list[str]


class PriorImages(TypedDict):
    """priors: earlier ones, the latest first, then those whose order is not known; further: how many more there are. companions:
    of the same study, the other view. problem: why none can be named. leaves_out: a study of this person is under way, and whatever
    it hides is not in the lists, of this patient or not."""

    image: Key
    priors: list[ComparedImage]
    further: int
    companions: list[ComparedImage]
    problem: RefusalBody | None
    leaves_out: bool


class OpenedPrior(TypedDict):
    """`POST …/priors/{prior}/opening/`: which image may be shown now."""

    image: Key


class TrendPoint(TypedDict):
    """One finding of one image. days: before the study of the case, whose own point is the last; ago: in words. probability: null
    where the model refused. is_same_point: decided at the operating point of the case's result; others are not joined to it."""

    image: Key
    study_date: str | None
    ago: str
    days: int
    probability: float | None
    interval: list[float] | None
    decision: str
    threshold: float | None
    is_same_point: bool


class FindingTrend(TypedDict):
    key: str
    points: list[TrendPoint]


class TrendDocument(TypedDict):
    """`GET /api/predictions/{id}/trend/`. findings: of this result, with the points of its bundle alone, oldest first. without:
    earlier images that have no result of it. problem: why there is no trend."""

    prediction: Key
    problem: RefusalBody | None
    without: int
    findings: list[FindingTrend]
