"""JSON bodies of change plans and reference sets."""

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from webapp.change_plans.models import Decision, LabelOrigin
from webapp.change_plans.plan_body import PlanBody
from webapp.change_plans.reference_rule import ReferenceRule
from webapp.json_bodies import coded, ref
from webapp.predictions.openapi import Key, Time
from webapp.refused import RefusedBody
from webapp.reviews.openapi import PixelBox
from webapp.sent_body import OneOf, Says, SentBody

JSON = "application/json"
Hash = Annotated[str, Field(description="SHA-256 of the canonical JSON")]


class ChangePlanRequest(SentBody):
    """A plan as an admin proposes it. fires_now: stop rules (S1 ...) that would fire at once, as the admin has seen."""

    reason: str
    fires_now: list[str] = []
    body: PlanBody


class ReferenceSetRequest(SentBody):
    """A reference set as an admin proposes it: the rule by which its images are drawn."""

    reason: str
    rule: ReferenceRule


class PlanDecisionRequest(SentBody):
    """How a proposal ends. withdrawn: by who proposed it. fires_now: of a plan, as when it is proposed."""

    outcome: Annotated[str, OneOf(tuple(Decision.Outcome.values))]
    note: str = ""
    fires_now: list[str] = []


class ReferenceDecisionRequest(PlanDecisionRequest):
    """changed_labels: how many labels would be another today, as who locks the set has seen it; needed where there are any."""

    changed_labels: Annotated[int, Field(ge=0), Says("{name} {shown} is not a whole number from 0")] | None = None


class PlanDecisionDocument(TypedDict):
    """by, at: who decided, when."""

    outcome: Annotated[str, coded(Decision.Outcome.values)]
    by: str
    at: Time
    note: str


class ChangePlanDocument(TypedDict):
    """sha256: over {project, version, bundle_id, body}. is_in_force: candidates are judged by it now."""

    project: str
    version: int
    code: str
    bundle_id: str
    body: PlanBody
    sha256: Hash
    reason: str
    proposed_by: str
    proposed_at: Time
    decision: PlanDecisionDocument | None
    is_in_force: bool


class ChangePlanList(TypedDict):
    """Newest first. defaults: a body to begin with, made from the model in service."""

    plans: list[ChangePlanDocument]
    defaults: dict[str, Any]


class ReferenceSetDocument(TypedDict):
    """sha256: over {project, version, rule, images}. looks: how often candidates were measured on it. withheld: how many images a
    study or a first look hides from the caller; while any is, sha256 and rule are null, and withheld_why says so."""

    project: str
    version: int
    code: str
    rule: ReferenceRule | None
    sha256: Hash | None
    withheld: int
    withheld_why: str | None
    reason: str
    proposed_by: str
    proposed_at: Time
    decision: PlanDecisionDocument | None
    is_in_force: bool
    image_count: int
    looks: int


class SharedImages(TypedDict):
    """images: how many of a set's images are of patients of the locked set `code`. looks: the number of the last look at that."""

    code: str
    images: int
    looks: int


class EarlierDraw(TypedDict):
    """A set that was drawn before, and withdrawn or declined: who may choose among draws may choose their figures."""

    code: str
    outcome: Annotated[str, coded(Decision.Outcome.values)]
    by: str
    seed: int
    images: int


class OneReferenceSetDocument(ReferenceSetDocument):
    """looks_so_far: the number of the last look at it or at a locked set that shares patients with it; looks go on from there.
    drawn_before: since the last set that was locked. changed_labels: how many labels that the caller may know would be another
    today."""

    shares_with: list[SharedImages]
    looks_so_far: int
    drawn_before: list[EarlierDraw]
    changed_labels: int


class ReferenceSetList(TypedDict):
    """Newest first."""

    reference_sets: list[ReferenceSetDocument]


class KeptLabel(TypedDict):
    """value: 1 present, 0 absent. probability: with which chance had asked for the first look that it is; null for another label,
    absent in sets of before this was kept."""

    finding: str
    value: int
    kind: Annotated[str, coded(LabelOrigin.values)]
    source: str
    boxes: list[PixelBox]
    probability: NotRequired[float | None]


class ReferenceImageDocument(TypedDict):
    """is_positive: of the rule's first finding. It, stratum, both probabilities and labels are null where a study or a first look
    hides the image from the caller."""

    image: Key
    stored_sha256: str
    pixel_sha256: str
    is_positive: bool | None
    stratum: str | None
    probability: float | None
    draw_probability: float | None
    labels: list[KeptLabel] | None


class ReferenceSetExport(OneReferenceSetDocument):
    """With its images, by id."""

    images: list[ReferenceImageDocument]


REFUSED = ref(RefusedBody)
PLAN, PLANS = ref(ChangePlanDocument), ref(ChangePlanList)
SET, SETS, SET_EXPORT = ref(OneReferenceSetDocument), ref(ReferenceSetList), ref(ReferenceSetExport)
