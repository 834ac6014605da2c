"""What readers said before any model of the images of a trial, while it ran."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.reveal.label_kind import LabelKind
from webapp.reveal.shown_image import is_image_shown
from webapp.sentinel.models import FirstAnswer
from webapp.silent_trials.models import SilentAnswer, SilentTrial
from webapp.training_set.first_words import BY_WORD
from webapp.training_set.select_cases import images_under_way


@dataclass(frozen=True)
class FirstLabel:
    """value: 1 or 0. weight: inverse of the chance with which the image was drawn for a look."""

    value: int
    weight: float


def first_labels(trial: SilentTrial, findings: Sequence[str]) -> dict[str, dict[Any, FirstLabel]]:
    """finding -> image -> label. Without images of a study under way, of other bytes, of readers whom a study had shown a model,
    and of which two readers said different things, or that they cannot judge."""
    images = SilentAnswer.objects.filter(case__trial=trial).values("case__image")
    until = {"look__created_at__lte": trial.end.created_at} if hasattr(trial, "end") else {}  # type: ignore[attr-defined]
    rows = FirstAnswer.objects.filter(
        look__draw__image__in=images, look__created_at__gte=trial.created_at, finding__in=findings, **until
    ).exclude(look__draw__image__in=images_under_way())
    said: dict[tuple[str, Any], set[int]] = defaultdict(set)
    chances: dict[Any, float] = {}
    for row in rows.select_related("look__draw__image"):
        look = row.look
        if look.kind is LabelKind.UNAIDED and is_image_shown(look.draw.image, look.image_sha256):
            said[row.finding, look.draw.image_id].add(BY_WORD[FirstAnswer.Says(row.says)])
            chances[look.draw.image_id] = look.draw.probability
    found: dict[str, dict[Any, FirstLabel]] = defaultdict(dict)
    for (finding, image), words in said.items():
        if words in ({0}, {1}):
            found[finding][image] = FirstLabel(words.pop(), 1 / chances[image])
    return found
