"""Which reviewed cases a rehearsal replays besides its reference set, and what is known of each at that moment."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.change_plans.reference_labels import ReviewedLabel, reviewed_cases
from webapp.rehearsals.models import Rehearsal, ReplayedCase
from webapp.retraining.trained_on import trained_failures, trained_images
from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.scheme_versions import SchemeBook
from webapp.reviews.visible import visible_reviews


def cases_to_replay(rehearsal: Rehearsal) -> list[ReplayedCase]:
    """Rows, not yet stored, of every case with a label that who asked for the rehearsal may know; none of a patient of a reference
    set."""
    labels: dict[UUID, list[ReviewedLabel]] = defaultdict(list)
    for label in reviewed_cases(rehearsal.project, rehearsal.created_by):
        labels[label.image.pk].append(label)
    images = {key: own[0].image for key, own in labels.items()}
    failures = marked_failures(rehearsal.created_by, images)
    trained, learnt = trained_images(rehearsal.candidate_id, images.values()), trained_failures(rehearsal.candidate_id)
    return [
        ReplayedCase(
            rehearsal=rehearsal,
            image=image,
            stored_sha256=image.stored_sha256,
            labels=[_document(label) for label in labels[key]],
            failures=failures.get(key, []),
            learnt=sorted(finding for own, finding in learnt if own == key),
            is_trained=key in trained,
        )
        for key, image in images.items()
    ]


def marked_failures(user: User | None, images: dict[UUID, Image]) -> dict[UUID, list[dict[str, Any]]]:
    """What readers marked as a failure in the bytes that are stored now, in the words of the failure scheme in force."""
    if user is None:
        return {}
    book, found = SchemeBook(), defaultdict(list)
    for review in visible_reviews(user, as_labels=True).current().failures().filter(image__in=list(images)):
        if review.image_sha256 != images[review.image_id].stored_sha256:
            continue
        parts = [VERDICTS[review.verdict].title]
        if review.cause:
            code = book.carried(review.scheme_version, "causes", review.cause)
            parts.append(book.current.title("causes", code))
        words = " · ".join(parts)
        found[review.image_id].append({"finding": review.finding, "verdict": review.verdict, "words": words})
    return found


def _document(label: ReviewedLabel) -> dict[str, Any]:
    return {"finding": label.finding, "value": label.label, "kind": label.kind.value, "weight": label.weight}
