"""Bodies of the probe API."""

from typing import Annotated, Final

from pydantic import Field
from typing_extensions import TypedDict

from inference.documents import DecisionCode, Pair
from inference.erasing import FILLINGS
from inference.thorax.structures import STRUCTURES
from webapp.json_bodies import coded, ref
from webapp.predictions.openapi import JobError, JobState, Key, Sha256
from webapp.refused import RefusedBody

STRUCTURE_CODES: Final = tuple(one.code for one in STRUCTURES)

FillingCode = Annotated[str, coded(FILLINGS)]
Outline = Annotated[list[Pair], Field(description="corners in source image pixels")]


class ProbeStructure(TypedDict):
    """code: null of an area that the reader gave. holes: what inside the outlines is not erased."""

    code: Annotated[str, coded(STRUCTURE_CODES)] | None
    title: str
    outlines: list[Outline]
    holes: list[Outline]


class FillingChoice(TypedDict):
    code: FillingCode
    title: str


class NoStructures(TypedDict):
    """code: not_frontal, not_chest, too_small, blank or no_thorax."""

    code: str
    text: str


class ProbeChoices(TypedDict):
    """What can be erased by name. problem: why nothing is offered."""

    structures: list[ProbeStructure]
    problem: NoStructures | None
    fillings: list[FillingChoice]
    most_areas: int


class ProbeNumber(TypedDict):
    """As a prediction says it of the finding: null where the model refuses the picture, with the reason."""

    probability: float | None
    interval: Pair | None
    decision: DecisionCode
    reason: str | None


class FilledNumber(ProbeNumber):
    filling: FillingCode


class ErasedArea(TypedDict):
    """share: the part of the picture that was erased, 0 to 1. numbers: one for each filling."""

    share: float
    numbers: list[FilledNumber]


class ProbeResult(TypedDict):
    """before: of the whole picture, in the same run. erased: in the order of the areas."""

    provider: str
    before: ProbeNumber
    erased: list[ErasedArea]


class ProbeDocument(TypedDict):
    """One question; result is null until its job has succeeded. It is forgotten after a day."""

    id: Key
    image: Key
    prediction: Key
    bundle: Sha256
    finding: str
    state: JobState
    waiting_for: str
    error: JobError | None
    areas: list[ProbeStructure]
    result: ProbeResult | None


PROBE, CHOICES, REFUSED = ref(ProbeDocument), ref(ProbeChoices), ref(RefusedBody)
