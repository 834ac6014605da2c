"""From what readers said of one finding in one image to one label with its boxes. Pure.

What a verdict says is in webapp/reviews/verdict_label.py. Readers who disagree make the label -1: who is right is a panel's to say,
not ours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from measures.box_iou import box_iou
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.verdict_label import ABSENT, PRESENT, UNCERTAIN, verdict_label

SAME_PLACE = 0.5  # IoU of two readers' boxes that mean one place, as in reader_study.truth_regions


class Place(NamedTuple):
    """A box in source pixels, corner convention."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Opinion:
    """The newest review of one reader of one finding in one image. model_boxes: of the result that was reviewed."""

    reader: int
    bundle: str
    verdict: str
    decision: str
    drawn: Place | None = None
    model_boxes: tuple[Place, ...] = ()

    @property
    def label(self) -> int | None:
        """None: right or wrong of a refusal says nothing of the image."""
        return verdict_label(self.verdict, self.decision)


@dataclass(frozen=True)
class Label:
    """1, 0 or -1; boxes only of a finding that is present.

    kind: what the value rests on. unaided: what readers said of the finding before the model was shown, whatever the value; None
    where nobody was asked. probability: of the image being drawn for that, None likewise.
    """

    value: int
    places: tuple[Place, ...] = ()
    kind: LabelKind = LabelKind.AIDED
    unaided: int | None = None
    probability: float | None = None


def label_of(opinions: Sequence[Opinion]) -> Label | None:
    """One opinion per reader, newest last; None when none of them says anything."""
    values = {opinion.label for opinion in opinions} - {None}
    if not values:
        return None
    if values == {PRESENT}:
        return Label(PRESENT, _places([opinion for opinion in opinions if opinion.label == PRESENT]))
    return Label(ABSENT if values == {ABSENT} else UNCERTAIN)


def agreed(labels: Sequence[Label]) -> Label:
    """The one label of several locked truths of a finding; -1 when they differ. Boxes of the newest, which is last. Truths of
    several kinds make an imported label: a panel did not settle all of it."""
    kind = labels[-1].kind if len({label.kind for label in labels}) == 1 else LabelKind.IMPORTED
    same = len({label.value for label in labels}) == 1
    return Label(labels[-1].value, labels[-1].places, kind) if same else Label(UNCERTAIN, kind=kind)


def inside(places: Iterable[Place], columns: int, rows: int) -> tuple[Place, ...]:
    """Boxes cut to the image, without those of which nothing is left."""
    found = []
    for place in places:
        left, top = max(place.x, 0.0), max(place.y, 0.0)
        right, bottom = min(place.x + place.w, columns), min(place.y + place.h, rows)
        if right > left and bottom > top:
            found.append(Place(left, top, right - left, bottom - top))
    return tuple(found)


def _places(opinions: Sequence[Opinion]) -> tuple[Place, ...]:
    """Readers' boxes replace the model's. A place that one reader accepts and another rejects is no place."""
    rejected = {opinion.bundle for opinion in opinions if opinion.verdict == "wrong_place"}
    accepted = [opinion for opinion in opinions if opinion.verdict == "agree"]
    if any(opinion.bundle in rejected and opinion.model_boxes for opinion in accepted):
        return ()
    drawn = [opinion.drawn for opinion in opinions if opinion.verdict != "agree" and opinion.drawn is not None]
    if drawn:
        return _merged(drawn)
    return accepted[-1].model_boxes if accepted else ()


def _merged(places: Sequence[Place]) -> tuple[Place, ...]:
    """Boxes that overlap by SAME_PLACE become their mean; others stand side by side."""
    groups: list[list[Place]] = []
    for place in places:
        group = next((own for own in groups if box_iou(own[0], place) >= SAME_PLACE), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return tuple(Place(*(sum(side) / len(side) for side in zip(*group, strict=True))) for group in groups)
