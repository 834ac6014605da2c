"""The earlier images of the patient of one image, and the other view of its study, for one person.

What a running study hides from the person is not there: neither listed nor counted. Nothing here depends on what a model said.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from webapp.accounts.policy import Person, Refusal
from webapp.archive.exam import exam_of
from webapp.archive.models import Image
from webapp.archive.view_positions import view_label
from webapp.priors.exam_kind import ExamKind
from webapp.priors.identity import SameBy, could_be_one_person, images_under_one_id, names_somebody, same_person
from webapp.priors.interval import Order, StudyMoment, interval_words
from webapp.priors.openapi import ComparedImage, PriorImages
from webapp.reveal.embargoed import hides_looks, not_under_embargo

MOST: Final = 24  # in the strip; `further` says how many more there are
MOST_LOOKED_AT: Final = 500  # images under one ID: more are no person's, and each costs a reading of its header
NO_ID = Refusal("no_patient_id", "The file states no Patient ID: earlier images cannot be found.")
ID_OF_NOBODY = Refusal("id_of_nobody", "The Patient ID of this file names nobody: earlier images cannot be found.")
TOO_MANY = Refusal("too_many", f"More than {MOST_LOOKED_AT} images have this Patient ID: it is no one person's.")


@dataclass(frozen=True)
class Compared:
    """One image beside another. is_view: it is of the same study, seen from the other side."""

    image: Image
    kind: ExamKind
    moment: StudyMoment
    order: Order
    same_by: SameBy
    is_view: bool

    @property
    def newest_first(self) -> tuple[bool, bool, tuple[float, float], float, str]:
        """Dates that tell the order come first, those missing last; of one moment the last to arrive first."""
        arrived = -self.image.created_at.timestamp()
        return (
            self.order != "earlier",
            self.moment.day is None,
            self.moment.newest_first,
            arrived,
            str(self.image.pk),
        )


def prior_images(person: Person, image: Image) -> PriorImages:
    """As `GET /api/images/{uid}/priors/` answers it."""
    compared, problem = compared_images(person, image)
    priors = [one for one in compared if not one.is_view]
    return {
        "image": str(image.pk),
        "priors": [_document(one, image, before) for one, before in zip(priors, [None, *priors], strict=False)][:MOST],
        "further": max(0, len(priors) - MOST),
        "companions": [_document(one, image, None) for one in compared if one.is_view],
        "problem": {"code": problem.code, "text": problem.text} if problem else None,
        "leaves_out": hides_looks(person),
    }


def compared_images(person: Person, image: Image) -> tuple[list[Compared], Refusal | None]:
    """Everything that may be laid beside the image, in the order of the lists; and why no earlier one can be named."""
    kind = ExamKind.of(exam_of(image))
    if kind.unclear:
        text = f"The {kind.unclear} of this image is not clear: which earlier images show the same is not known."
        return [], Refusal("kind_unclear", text)
    under_id = images_under_one_id(image)
    candidates = _candidates(person, image, under_id)
    if len(candidates) > MOST_LOOKED_AT:
        return [], TOO_MANY
    is_id_of_one, moment = could_be_one_person(under_id), StudyMoment.of(image)
    found = [_compared(image, kind, moment, other, is_id_of_one=is_id_of_one) for other in candidates]
    return sorted((one for one in found if one), key=lambda one: one.newest_first), _problem_of_id(image.patient_id)


def _problem_of_id(patient_id: str) -> Refusal | None:
    if not patient_id:
        return NO_ID
    return None if names_somebody(patient_id) else ID_OF_NOBODY


def _candidates(person: Person, image: Image, under_id: QuerySet[Image]) -> list[Image]:
    others = not_under_embargo(under_id.exclude(pk=image.pk), person, looks_only=True)
    return list(others.order_by("-study_date", "-created_at", "pk")[: MOST_LOOKED_AT + 1])


def _compared(
    image: Image, kind: ExamKind, moment: StudyMoment, other: Image, *, is_id_of_one: bool
) -> Compared | None:
    """None where `other` is another person's, shows something else, or is not earlier."""
    same_by = same_person(image, other, is_id_of_one=is_id_of_one)
    others_kind = ExamKind.of(exam_of(other))
    if same_by is None or not kind.shows_what(others_kind):
        return None
    others_moment = StudyMoment.of(other)
    if other.study_instance_uid == image.study_instance_uid:
        is_view = kind.is_other_view(others_kind)
        return Compared(other, others_kind, others_moment, "not_known", same_by, True) if is_view else None
    order = others_moment.against(moment)
    if order is None or not kind.is_seen_as(others_kind):
        return None
    return Compared(other, others_kind, others_moment, order, same_by, False)


def _document(one: Compared, image: Image, before: Compared | None) -> ComparedImage:
    day, today = one.moment.day, image.study_date
    stated = {"body part not stated": one.kind.part, "view not stated": one.kind.view, "date not stated": day}
    return {
        "id": str(one.image.pk),
        "code": one.image.code,
        "study_date": day.isoformat() if day else None,
        "study_time": one.moment.clock,
        "interval": _interval(one, image),
        "days": (today - day).days if day and today else None,
        "order": one.order,
        "same_moment": before is not None and day is not None and before.moment == one.moment,
        "view": view_label(one.image.view),
        "kind": one.kind.view or "",
        "modality": one.image.modality,
        "same_by": one.same_by,
        "remarks": [words for words, value in stated.items() if not value],
        "warnings": list(one.image.warnings),
    }


def _interval(one: Compared, image: Image) -> str:
    if one.is_view:
        return "the same study"
    day, today = one.moment.day, image.study_date
    return interval_words(day, today) if day and today and day <= today else ""
