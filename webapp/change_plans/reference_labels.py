"""The labels that a rehearsal measures by: of a reference set, and of reviewed cases outside it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from webapp.accounts.policy import Person
from webapp.archive.models import Image, Project
from webapp.change_plans.models import ReferenceImage, ReferenceSet
from webapp.change_plans.reference_sets import kept_for_reference
from webapp.change_plans.told_rows import told_rows
from webapp.reveal.label_kind import LabelKind
from webapp.training_set.labels import Label, Place
from webapp.training_set.select_cases import labelled_cases


class ReferenceLabel(NamedTuple):
    """label: 1 or 0. kind: of `LabelOrigin`. weight: inverse of every sampling probability of this label that is known. is_rate:
    whether they all are, that of the label by which the image came in among them, so
    that weighted figures are those of the images that came; else figures are of this set alone."""

    image: Image
    finding: str
    label: int
    kind: str
    weight: float
    is_rate: bool
    boxes: tuple[Place, ...]


class ReviewedLabel(NamedTuple):
    """label: 1, 0 or -1 (uncertain). kind: of `LabelKind`. weight: inverse of the chance by which a first look was asked for; None
    for what nobody drew."""

    image: Image
    finding: str
    label: int
    kind: LabelKind
    weight: float | None
    boxes: tuple[Place, ...]


def reference_labels(made: ReferenceSet, person: Person | None = None) -> list[ReferenceLabel]:
    """Every label of the set as it was when the set was made, by image and finding. person: who is told; None for the program."""
    rows = made.images.all() if person is None else told_rows(made, person)  # type: ignore[attr-defined]
    return [
        ReferenceLabel(
            row.image, label["finding"], label["value"], label["kind"], *_weight(made, row, label),
            tuple(Place(**box) for box in label["boxes"]),
        )
        for row in rows.select_related("image__project").order_by("image_id")
        for label in sorted(row.labels, key=lambda one: str(one["finding"]))
    ]  # fmt: skip


def reviewed_cases(project: Project, user: Person | None = None) -> list[ReviewedLabel]:
    """Labels of reviewed cases whose patients are in no reference set. A finding with a first look has that one, and beside it what
    the label is now where it rests on something else. user: as in `labelled_cases`; None sees every locked study."""
    inside = kept_for_reference(project)
    cases = [case for case in labelled_cases(user, project).cases if case.image.pk not in inside]
    return [
        found
        for case in cases
        for finding, label in sorted(case.labels.items())
        for found in _both(case.image, finding, label)
    ]


def effective_n(weights: Iterable[float]) -> float:
    """Kish's (sum w)^2 / sum w^2: how many equally weighted images say as much; 0 for none. Kish (1965), Survey Sampling."""
    listed = list(weights)
    return sum(listed) ** 2 / sum(weight**2 for weight in listed) if listed else 0.0


def _weight(made: ReferenceSet, row: ReferenceImage, label: dict[str, Any]) -> tuple[float, bool]:
    """(weight, is_rate) of one label of an image. Older sets kept the chance of the first finding's label alone."""
    is_first = label["finding"] == made.rule["findings"][0]
    asked = label.get("probability", row.draw_probability if is_first else None)
    return 1 / (row.probability * (asked or 1)), None not in (asked, row.draw_probability)


def _both(image: Image, finding: str, label: Label) -> Iterable[ReviewedLabel]:
    if label.unaided is not None:
        weight = 1 / label.probability if label.probability else None
        boxes = label.places if label.kind is LabelKind.UNAIDED else ()
        yield ReviewedLabel(image, finding, label.unaided, LabelKind.UNAIDED, weight, boxes)
    if label.kind is not LabelKind.UNAIDED:
        yield ReviewedLabel(image, finding, label.value, label.kind, None, label.places)
