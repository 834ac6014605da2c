"""What the API answers about operating points. tests/webapp/operating_points/test_curve.py holds it against a real bundle."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from inference.documents import Estimate, Pair
from webapp.json_bodies import ref
from webapp.predictions.openapi import Key, Time
from webapp.refused import RefusalBody


class CaseMixDocument(TypedDict):
    """What is stated for the image's project. prevalence: of this finding; null where it is not known."""

    prevalence: float | None
    images_a_day: int | None
    source: str
    stated_by: str
    stated_at: Time


class NetBenefit(TypedDict):
    """Per image, in findings found (Vickers & Elkin 2006). cost_of_flag: of one in vain, t / (1 - t)."""

    model: float
    read_all: float
    read_none: float
    cost_of_flag: float


class WhatIf(TypedDict):
    """What a point comes to at the project's prevalence.

    of, with_finding, flagged, rightly, missed: whole images. fewer_than_one: what happens, but to fewer than one of so many.
    ppv, npv: null where nothing, or everything, is flagged; *_between: at the ends of both bands. net_benefit: null at a
    threshold of 1.
    """

    of: int
    with_finding: int
    flagged: int
    rightly: int
    missed: int
    fewer_than_one: list[Literal["rightly", "in_vain", "missed"]]
    flagged_share: float
    ppv: float | None
    ppv_between: Pair | None
    npv: float | None
    npv_between: Pair | None
    flags_a_day: float | None
    net_benefit: NetBenefit | None


class CurvePointDocument(TypedDict):
    """Flagged is a number at or above the threshold. ci: Wilson's 95 % interval at this threshold.

    what_if: null without a prevalence.
    """

    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    what_if: WhatIf | None


class OperatingCurve(TypedDict):
    """The measured ROC of one finding of the bundle that gave the result, thresholds falling, the point of the result among them.

    in_force: index of that point. notes: what cannot be said and why, in sentences. points is empty where nothing was measured.
    """

    prediction: Key
    bundle: str
    finding: str
    title: str
    probability: float | None
    in_force: Annotated[
        int | None, Field(description="index in points of the operating point that the result was given at")
    ]
    positives: int | None
    negatives: int | None
    measured_on: str
    case_mix: CaseMixDocument | None
    points: list[CurvePointDocument]
    notes: list[str]


CURVE = ref(OperatingCurve)
REFUSAL = ref(RefusalBody)
