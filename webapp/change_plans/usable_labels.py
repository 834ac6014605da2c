"""Which labels may decide a gate, of which images: panel truth of locked studies and what readers said before the model, as the
training set's rules allow; and what is drawn in phantoms. Never a label beside the model.

What a reader said before the model counts whatever was said beside it later: a set that took only the labels that stayed would
choose its cases by what the model said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from webapp.accounts.policy import Person
from webapp.archive.models import Image, Project
from webapp.change_plans.models import LabelOrigin
from webapp.change_plans.phantom_truth import drawn_truths
from webapp.reveal.embargoed import not_under_embargo
from webapp.reveal.label_kind import LabelKind
from webapp.training_set.labels import Label, Place
from webapp.training_set.select_cases import Selection, images_under_way, labelled_cases

SOURCES = {
    LabelOrigin.PANEL: "panel of a locked study",
    LabelOrigin.UNAIDED: "first look",
    LabelOrigin.DRAWN: "phantom",
}
STUDY_READING = "reading before the model in a locked study"


@dataclass(frozen=True)
class UsableLabel:
    """value: 1 or 0. boxes: of a finding that is present, source pixels. probability: with which chance had asked for the
    first look that it is; None for any other label."""

    finding: str
    value: int
    origin: LabelOrigin
    boxes: tuple[Place, ...] = ()
    probability: float | None = None

    @property
    def is_of_study(self) -> bool:
        """Said before the model by readers whom chance did not ask."""
        return self.origin is LabelOrigin.UNAIDED and self.probability is None

    def document(self) -> dict[str, Any]:
        """As a set keeps it."""
        boxes = [box._asdict() for box in self.boxes]
        return {
            "finding": self.finding,
            "value": self.value,
            "kind": self.origin.value,
            "source": STUDY_READING if self.is_of_study else SOURCES[self.origin],
            "boxes": boxes,
            "probability": self.probability,
        }


@dataclass
class LabelledImage:
    """labels: by finding. draw_probability: with which chance had asked for the first look that the label of the first finding is;
    None where it is none."""

    image: Image
    labels: dict[str, UsableLabel] = field(default_factory=dict)
    draw_probability: float | None = None


def usable_labels(
    user: Person | None, project: Project, findings: Iterable[str], origins: Iterable[str]
) -> dict[UUID, LabelledImage]:
    """Image -> its labels of these findings and origins, of images that no study under way shows and nothing hides from `user`.

    Of several origins drawn truth counts before a panel, and a panel before a first look. user: as in `labelled_cases`.
    """
    wanted, allowed = list(findings), set(origins)
    found: dict[UUID, LabelledImage] = {}
    if LabelOrigin.DRAWN in allowed:
        _add_drawn(found, user, project, wanted)
    _add_said(found, labelled_cases(user, project), wanted, allowed)
    return {key: one for key, one in found.items() if one.labels}


def _add_drawn(found: dict[UUID, LabelledImage], user: Person | None, project: Project, wanted: list[str]) -> None:
    truths = drawn_truths(project)
    images = Image.objects.filter(pk__in=truths).exclude(pk__in=images_under_way())
    for image in images if user is None else not_under_embargo(images, user, labels_only=True):
        drawn = truths[image.pk]
        labels = {
            key: UsableLabel(key, int(drawn.findings[key]), LabelOrigin.DRAWN, drawn.boxes.get(key, ()))
            for key in wanted
            if key in drawn.findings
        }
        found[image.pk] = LabelledImage(image, labels)


def _add_said(found: dict[UUID, LabelledImage], selection: Selection, wanted: list[str], allowed: set[str]) -> None:
    for case in selection.cases:
        own = found.setdefault(case.image.pk, LabelledImage(case.image))
        for key in wanted:
            label = case.labels.get(key)
            usable = _usable(key, label, allowed) if label and key not in own.labels else None
            if label is None or usable is None:
                continue
            own.labels[key] = usable
            if key == wanted[0]:
                own.draw_probability = usable.probability


def _usable(key: str, label: Label, allowed: set[str]) -> UsableLabel | None:
    if label.kind is LabelKind.PANEL and label.value in (0, 1) and LabelOrigin.PANEL in allowed:
        return UsableLabel(key, label.value, LabelOrigin.PANEL, label.places)
    if label.unaided in (0, 1) and LabelOrigin.UNAIDED in allowed:
        boxes = label.places if label.unaided == 1 and label.kind is LabelKind.UNAIDED else ()
        return UsableLabel(key, label.unaided, LabelOrigin.UNAIDED, boxes, label.probability)
    return None
