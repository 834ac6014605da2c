"""What readers said of an image before the model was shown, and the labels that come of it.

The newest word of each reader counts, as everywhere: a review beside the model stands in place of the reader's first word. A label
is `unaided` where every first word says by itself what the label says; where one had to be corrected, or another reader
contradicts it, what is left may repeat the model; so may the first word of one whom a study had shown the model. What was said
before the model is kept beside the label in every case: a measure that took only the labels that stayed would choose its cases by
what the model said.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.reveal.embargoed import not_under_embargo
from webapp.reveal.label_kind import LabelKind
from webapp.reveal.shown_image import is_image_shown
from webapp.reviews.models import CaseReview
from webapp.reviews.verdict_label import ABSENT, PRESENT, UNCERTAIN
from webapp.sentinel.models import FirstAnswer
from webapp.training_set.labels import Label, Opinion, Place, label_of

BY_WORD = {
    FirstAnswer.Says.PRESENT: PRESENT,
    FirstAnswer.Says.ABSENT: ABSENT,
    FirstAnswer.Says.CANNOT_JUDGE: UNCERTAIN,
}


@dataclass(frozen=True)
class FirstWord(Opinion):
    """verdict: of FirstAnswer.Says. is_last: the reader has not reviewed the finding since. kind: of its look."""

    is_last: bool = True
    kind: LabelKind = LabelKind.UNAIDED

    @property
    def label(self) -> int | None:
        return BY_WORD[FirstAnswer.Says(self.verdict)]


@dataclass
class FirstWords:
    """Of one image. probability: of its draw; None where it was not drawn. words: finding -> of readers, oldest first. unasked: the
    findings whose words come from a study, which chose its cases: nobody knows with which chance."""

    probability: float | None
    words: dict[str, list[FirstWord]] = field(default_factory=lambda: defaultdict(list))
    unasked: set[str] = field(default_factory=set)

    def add_unless_there(self, words: Mapping[str, list[FirstWord]]) -> None:
        """Words of a study; a finding with a look that chance asked for keeps that one alone, whose chance is known."""
        for finding, own in words.items():
            if finding not in self.words:
                self.words[finding] = own
                self.unasked.add(finding)

    def chance_of(self, finding: str) -> float | None:
        """With which chance these words were asked for."""
        return None if finding in self.unasked else self.probability

    @property
    def readers(self) -> set[int]:
        return {word.reader for words in self.words.values() for word in words}


def first_words(user: Person | None, project: Project, hidden: Any, is_name: Any) -> dict[Any, FirstWords]:
    """Image -> what was said first of the bytes that are stored now, of images that the person may see the model on.

    hidden: ids of images that never leave, as a queryset. is_name: whether a finding's key may head a column.
    """
    rows = FirstAnswer.objects.filter(look__draw__image__project=project).exclude(look__draw__image__in=hidden)
    rows = rows if user is None else not_under_embargo(rows, user, "look__draw__image", labels_only=True)
    rows = rows.select_related("look__draw__image").order_by("look__created_at", "look")
    answers = [
        row for row in rows if is_name(row.finding) and is_image_shown(row.look.draw.image, row.look.image_sha256)
    ]
    reviewed = _reviewed(answers)
    found: dict[Any, FirstWords] = {}
    for answer in answers:
        look, image = answer.look, answer.look.draw.image_id
        of_image = found.setdefault(image, FirstWords(look.draw.probability))
        is_last = (image, answer.finding, look.reader_id) not in reviewed
        place = Place(**answer.box) if answer.box else None
        word = FirstWord(look.reader_id, look.bundle_id, answer.says, "", place, is_last=is_last, kind=look.kind)
        of_image.words[answer.finding].append(word)
    return found


def _reviewed(answers: Iterable[FirstAnswer]) -> Container[tuple[Any, str, int]]:
    """(image, finding, reader) of the current reviews of these images."""
    images = {answer.look.draw.image_id for answer in answers}
    return set(CaseReview.objects.filter(image__in=images).current().values_list("image", "finding", "reader"))


def with_first_words(label: Label | None, words: Sequence[FirstWord], probability: float | None) -> Label | None:
    """The label of a finding, from reviews or truth, with what was said of it first; None where there is neither. probability: None
    where nobody knows with which chance it was asked for."""
    said = label_of(words)
    if said is None:
        return label
    unaided = [word for word in words if word.kind is LabelKind.UNAIDED]
    kind = LabelKind.UNAIDED if len(unaided) == len(words) else LabelKind.AIDED
    if label is None:
        label = replace(said, kind=kind)
    elif label.kind is LabelKind.AIDED:
        if any(word.label != label.value for word in words if word.is_last):
            label = Label(UNCERTAIN)
        elif kind is LabelKind.UNAIDED and all(word.label == label.value for word in words):
            label = replace(label, kind=kind, places=said.places)  # the model's boxes are nobody's word
    first = label_of(unaided)
    return label if first is None else replace(label, unaided=first.value, probability=probability)
