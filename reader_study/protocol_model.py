"""The keys of a protocol, their defaults and limits, and the tables its codes come from. Pure: no Django.

Each fact stands here once. The checks of protocol_body.py, the form and its page, the database rows, /api/schema/ and the
viewer's types read it; their sentences name what these tables allow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from inference.map_layers import MAP_LAYERS
from reader_study.allocation.design import ANCHOR_ROTATE, CROSSED, SEQUENTIAL, SPLIT_PLOT
from reader_study.answers_schema import ANSWER_TYPES
from webapp.json_bodies import coded
from webapp.reviews.failure_scheme import OUTCOMES


class RatingScale(NamedTuple):
    """Lowest and highest rating."""

    low: int
    high: int

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are ratings; a scale of a hundred steps takes every number between them."""
        return self.high - self.low < 100

    def by_key(self) -> dict[str, int]:
        """Digit on the keyboard and the rating that it gives: the digit itself, 0 being 10 where the scale has no 0; on scales
        of every number the digit's tenth of the way, 0 being the end. A digit that gives no rating is left out."""
        found = {}
        for digit in range(10):
            if self.is_whole:
                rating = 10 if digit == 0 and self.low > 0 else digit
            else:
                rating = self.low + (self.high - self.low) * (digit or 10) // 10
            if self.low <= rating <= self.high:
                found[str(digit)] = rating
        return found


RATING_SCALES = {"0-100": RatingScale(0, 100), "1-5": RatingScale(1, 5), "1-7": RatingScale(1, 7)}
DESIGNS = {
    CROSSED: "fully crossed: every reader, case and arm",
    SEQUENTIAL: "sequential: without, then with AI in one sitting",
    SPLIT_PLOT: "split-plot: reader groups read their own cases",
    ANCHOR_ROTATE: "anchor and rotate: some cases by all, the rest by turns",
}
TRUTH_RULES = {"two_plus_one": "two votes, a third when they differ", "consensus": "consensus of the panel"}
MARK_SHAPES = ("box", "point")
ACTIONS = {"none": "None", "follow_up": "Follow-up", "ct": "CT", "urgent": "Urgent"}


class ArmKind(StrEnum):
    """How a case is read in an arm: code, title, stages of a reading in order, and whether the arm names a model."""

    label: str
    stages: tuple[str, ...]
    names_model: bool

    def __new__(cls, code: str, label: str = "", stages: tuple[str, ...] = (), names_model: bool = False) -> "ArmKind":
        found = str.__new__(cls, code)
        found._value_, found.label, found.stages, found.names_model = code, label, stages, names_model
        return found

    UNAIDED = "unaided", "Without AI", ("unaided",), False
    AIDED_CONCURRENT = "aided_concurrent", "With AI from the start", ("aided",), True
    AIDED_SECOND_READ = "aided_second_read", "Without, then with AI", ("unaided", "aided"), True
    AI_ALONE = "ai_alone", "AI alone", (), True
    # The one arm of a failure-mode study, in which readers code failures; it goes with no other kind of study.
    FAILURE_CODING = "failure_coding", "Coding of failures", ("coding",), False

    @property
    def is_read(self) -> bool:
        """Whether readers read it at all."""
        return bool(self.stages)


def names_model(kind: object) -> bool:
    """Whether arms of this kind name a model; True for a kind that is none, so that nothing given with it is lost."""
    return kind not in list(ArmKind) or ArmKind(str(kind)).names_model


@dataclass(frozen=True)
class AiLayer:
    """What an aided arm may show. map_kind: the kind of map that it draws; empty where it is no map."""

    title: str
    map_kind: str = ""


AI_LAYERS = {
    "score": AiLayer("score"),
    "boxes": AiLayer("boxes"),
} | {layer.study_layer: AiLayer(layer.title, layer.kind) for layer in MAP_LAYERS.values()}
LAYER_OF_MAP = {layer.map_kind: code for code, layer in AI_LAYERS.items() if layer.map_kind}


class Part(BaseModel):
    """One object of the body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DesignPlan(Part):
    kind: Annotated[str, coded(DESIGNS)] = CROSSED
    blocks: int = Field(default=1, ge=1, le=50)
    replicates: int = Field(default=1, ge=1, le=10)
    anchor_cases: int = Field(default=0, ge=0, le=10000)
    readers_per_case: int = Field(default=2, ge=1, le=1000)


class WashoutPlan(Part):
    min_days: int = Field(default=28, ge=0, le=3650)


class TrainingPlan(Part):
    pass_share: float = Field(default=0.8, gt=0, le=1)
    attempts: int = Field(default=2, ge=1, le=10)


class ReadingPlan(Part):
    """display_check (asked for), enhanced (readers may raise local contrast), as_labels (after the lock what was said before
    the model may label images): null as in protocols from before there were these: no. Their bytes, and so their hashes, stay."""

    marks: list[Annotated[str, coded(MARK_SHAPES)]] = ["box"]
    actions: bool = True
    inadequate: bool = True
    comment: bool = True
    feedback: bool = False
    display_check: bool | None = None
    enhanced: bool | None = None
    as_labels: bool | None = None


class TruthPlan(Part):
    votes: int = Field(default=2, ge=2, le=20)
    rule: Annotated[str, coded(TRUTH_RULES)] = "two_plus_one"
    merge_iou: float = Field(default=0.5, gt=0, le=1)


class ProtocolFinding(Part):
    """cut: call = rating >= cut. label: the code where it is left out."""

    code: str
    label: str = ""
    scale: Annotated[str, coded(RATING_SCALES)] = "0-100"
    cut: float = 50
    primary: bool = False


class ProtocolQuestion(Part):
    """min, max, step: of numbers; regex: of texts; options: of choices. label: the code where it is left out."""

    code: str
    label: str = ""
    type: Annotated[str, coded(ANSWER_TYPES)]
    required: bool = False
    min: float | None = None
    max: float | None = None
    step: float | None = None
    options: list[str] = []
    regex: str | None = None


class ProtocolArm(Part):
    """label: neutral, readers see it; thresholds: by finding, in place of the bundle's operating points."""

    code: str
    kind: Annotated[str, coded(ArmKind)]
    label: str = ""
    ai_layers: list[Annotated[str, coded(AI_LAYERS)]] = []
    bundle_id: str = ""
    thresholds: dict[str, float] = {}


class FailurePlan(Part):
    """Which failures of which model are coded; an empty object in a study that reads."""

    bundle_id: str = ""
    findings: list[str] = []
    thresholds: dict[str, float] = {}
    outcomes: list[Annotated[str, coded(OUTCOMES)]] = ["FP", "FN_IMG", "FN_LOC"]
    double_share: float = Field(default=0.2, ge=0, le=1)


class StatisticsPlan(Part):
    primary_finding: str = ""
    tests: list[str] = []
    fom: str = "auc"
    hit_rule: str = "centre"
    covariance: str = "jackknife"
    method: str = "or"
    alpha: float = Field(default=0.05, gt=0, lt=1)
    secondaries: list[str] = []


class ProtocolBody(Part):
    """The body of a protocol. What is left out takes its default."""

    design: DesignPlan = DesignPlan()
    washout: WashoutPlan = WashoutPlan()
    training: TrainingPlan = TrainingPlan()
    reading: ReadingPlan = ReadingPlan()
    truth: TruthPlan = TruthPlan()
    panel_may_read: bool = False
    debrief: bool = False
    findings: list[ProtocolFinding] = []
    questions: list[ProtocolQuestion] = []
    arms: list[ProtocolArm] = []
    failure: FailurePlan = FailurePlan()
    statistics: StatisticsPlan = StatisticsPlan()


PARTS: Mapping[str, type[Part]] = {
    name: field.annotation
    for name, field in ProtocolBody.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Part)
}
ROWS: Mapping[str, type[Part]] = {"findings": ProtocolFinding, "questions": ProtocolQuestion, "arms": ProtocolArm}


def defaults_of(model: type[Part]) -> dict[str, Any]:
    """Name and default of every field that has one other than null; new lists and objects with every call."""
    found = {}
    for name, field in model.model_fields.items():
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        if default is not None:
            found[name] = defaults_of(type(default)) if isinstance(default, Part) else default
    return found
