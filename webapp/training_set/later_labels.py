"""Labels from what was found later: of the bytes that are stored now; a statement that could not say makes none."""

from collections import defaultdict
from typing import Any, NamedTuple

from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.later_truth.models import LaterTruth
from webapp.later_truth.visible import standing_truths
from webapp.reveal.shown_image import is_image_shown
from webapp.reviews.verdict_label import ABSENT, PRESENT
from webapp.training_set.labels import Label, Place

BY_SAYS = {LaterTruth.Says.PRESENT: PRESENT, LaterTruth.Says.ABSENT: ABSENT}


class LaterLabel(NamedTuple):
    """source: of the statement, as `ct`."""

    label: Label
    source: str


def later_labels(
    user: Person | None, project: Project, hidden: Any, is_name: Any
) -> dict[object, dict[str, list[LaterLabel]]]:
    """image -> finding -> labels, oldest first. hidden, is_name: as in `first_words`. Terms head no column: they make no label."""
    rows = standing_truths(user).filter(image__project=project, says__in=list(BY_SAYS)).exclude(image__in=hidden)
    found: dict[object, dict[str, list[LaterLabel]]] = defaultdict(lambda: defaultdict(list))
    for truth in rows:
        if is_name(truth.finding) and is_image_shown(truth.image, truth.image_sha256):
            places = (Place(**truth.box),) if truth.box else ()
            label = Label(BY_SAYS[LaterTruth.Says(truth.says)], places, truth.kind)
            found[truth.image_id][truth.finding].append(LaterLabel(label, truth.source))
    return found
