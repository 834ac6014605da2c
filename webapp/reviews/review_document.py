"""A review as the API answers it."""

from typing import cast

from webapp.accounts.policy import Person
from webapp.reviews.models import CaseReview
from webapp.reviews.openapi import FailureDocument, PixelBox, ReviewDocument


def review_document(review: CaseReview, viewer: Person) -> ReviewDocument:
    """JSON-ready; boxes in source image pixels. The idempotency key is shown to its owner only."""
    is_mine = review.reader_id == viewer.pk
    return {
        "id": str(review.pk),
        "image": str(review.image_id),
        "image_sha256": review.image_sha256,
        "bundle": review.bundle_id,
        "finding": review.finding,
        "term": review.term or None,
        "terms_version": review.terms_version,
        "verdict": review.verdict,
        "confidence": review.confidence,
        "failure": _failure(review),
        "box": None if review.outcome else cast(PixelBox | None, review.box),
        "note": review.note,
        "reader": review.reader.get_username(),
        "is_mine": is_mine,
        "kind": review.kind.value,
        "replaces": str(review.replaces_id) if review.replaces_id else None,
        "is_current": not hasattr(review, "replaced_by"),
        "scheme_version": review.scheme_version,
        "idempotency_key": review.idempotency_key if is_mine else None,
        "model": {
            "prediction": str(review.prediction_id),
            "probability": review.model_probability,
            "threshold": review.model_threshold,
            "decision": review.model_decision,
        },
        "created_at": review.created_at.isoformat(),
    }


def _failure(review: CaseReview) -> FailureDocument | None:
    if not review.outcome:
        return None
    return {
        "outcome": review.outcome,
        "site": review.site,
        "laterality": review.laterality,
        "cause": review.cause or None,
        "severity": review.severity,
        "box": cast(PixelBox | None, review.box),
        "proposed_site": review.proposed_site or None,
        "proposed_laterality": review.proposed_laterality or None,
    }
