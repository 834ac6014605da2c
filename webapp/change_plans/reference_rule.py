"""By which rule the images of a reference set are chosen: the model by which it is sent, kept and read."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from webapp.body_values import is_finite_number, shown
from webapp.change_plans.models import LabelOrigin
from webapp.change_plans.plan_body import MOST_CASES, each_once, whole
from webapp.reveal.label_kind import LabelKind
from webapp.sent_body import SentBody, said

STRATA = ("view", "sex")
HIGHEST_SEED = 2**31 - 1


def _origin(value: Any) -> Any:
    if value == LabelKind.AIDED:
        raise said(
            "aided",
            "a label beside the model repeats the model: it never decides a gate, and no reference set takes it",
        )
    if value not in LabelOrigin.values:
        raise said("not_allowed", f"origin {shown(value)} is not one of {', '.join(LabelOrigin.values)}")
    return value


def _stratum(value: Any) -> Any:
    if value not in STRATA:
        raise said("not_allowed", f"stratum {shown(value)} is not one of {', '.join(STRATA)}")
    return value


def _once_or_none(values: list[str], info: ValidationInfo) -> list[str]:
    return each_once(values, info) if values else values


def _share(value: Any, info: ValidationInfo) -> float | None:
    if value is None:
        return None
    if not is_finite_number(value) or not 0 < value < 1:
        raise said("not_allowed", f"positive_share {shown(value)} is not a number above 0 and below 1")
    if info.data.get("images") is None:
        raise said("not_allowed", f"positive_share {value:g} needs a number of images to be a share of")
    return float(value)


def _images(value: Any, info: ValidationInfo) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 2 <= value <= MOST_CASES):
        raise said(
            "not_allowed", f"images {shown(value)} is not a whole number from 2 to {MOST_CASES}, nor null for all"
        )
    return value


class ReferenceRule(SentBody):
    """findings: whose labels are kept; an image is taken in with a label of the first, which is its class. origins: what a label
    may rest on. images: how many; null for all that there are. positive_share: of the first finding among them, null for as they
    come. strata: within which the draw is even. least_positives, least_negatives: of every finding."""

    findings: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64)]],
        AfterValidator(each_once),
    ]
    seed: whole(0, HIGHEST_SEED)  # type: ignore[valid-type]
    least_positives: whole(1, MOST_CASES)  # type: ignore[valid-type]
    least_negatives: whole(1, MOST_CASES)  # type: ignore[valid-type]
    origins: Annotated[
        list[Annotated[str, BeforeValidator(_origin), Field(json_schema_extra={"enum": LabelOrigin.values})]],
        AfterValidator(each_once),
    ] = [LabelOrigin.PANEL.value, LabelOrigin.UNAIDED.value]
    images: Annotated[int | None, BeforeValidator(_images)] = None
    positive_share: Annotated[float | None, BeforeValidator(_share)] = None
    strata: Annotated[
        list[Annotated[str, BeforeValidator(_stratum), Field(json_schema_extra={"enum": list(STRATA)})]],
        AfterValidator(_once_or_none),
    ] = []
