"""Take a reader's verdict on one finding: checked against image and bundle, stored once, audited."""

import hashlib
import json
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Person, may_review, require
from webapp.archive.models import Image
from webapp.reveal.shown_image import shown_sha256
from webapp.reviews.box_in_image import beyond_image
from webapp.reviews.failure_scheme import WITHDRAWN
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.model_answer import model_answer
from webapp.reviews.models import CaseReview
from webapp.reviews.review_body import PixelBox, ReviewBody, ReviewRefused, read_review_body
from webapp.reviews.scheme_versions import current_scheme


def record_review(reader: Person, image: Image, data: object) -> tuple[CaseReview, bool]:
    """(review, True) when stored now, (review, False) when this key brought the same content before.

    Raises ReviewRefused (400, 401 or 409) and PermissionDenied.
    """
    require(may_review(reader, image))
    if not isinstance(reader, User):
        raise PermissionDenied("a review needs a person")
    scheme = current_scheme()
    body = read_review_body(data, scheme)
    _require_own(reader, body)
    digest = _digest(image, data)
    earlier = _same_key(reader, body, digest)
    if earlier:
        return earlier, False
    prediction, finding = model_answer(image, body)
    if body.drawn:
        _require_inside(body.drawn, image, "failure.box" if body.failure else "box")
    try:
        with transaction.atomic():
            earlier = _replaced(reader, image, body)
            review = CaseReview(
                reader=reader,
                image=image,
                prediction=prediction,
                replaces=earlier,
                answer=earlier.answer if earlier and earlier.verdict != WITHDRAWN.code else uuid.uuid4(),
                request_sha256=digest,
                scheme_version=scheme.version,
                **_columns(image, body, finding),
            )
            review.save()
            _audit(review)
    except IntegrityError:
        # Two deliveries of one key at the same moment, or two corrections of one review: say which.
        earlier = _same_key(reader, body, digest)
        if earlier:
            return earlier, False
        _replaced(reader, image, body)
        raise
    return review, True


def _require_own(reader: User, body: ReviewBody) -> None:
    """An answer may wait in a page for hours, and another person sign in meanwhile in the same browser: never theirs."""
    if body.reader not in (None, reader.get_username()):
        text = f"this answer is {body.reader}'s, and {reader.get_username()} is signed in"
        raise ReviewRefused("other_reader", text, "reader", http=401)


def _columns(image: Image, body: ReviewBody, finding: dict[str, Any]) -> dict[str, Any]:
    point = finding.get("operating_point") or {}
    columns: dict[str, Any] = {
        "image_sha256": shown_sha256(image),
        "bundle_id": body.bundle,
        "finding": body.finding,
        "term": body.term,
        "terms_version": finding_terms().version if body.term else None,
        "verdict": body.verdict.code,
        "confidence": body.confidence,
        "note": body.note,
        "idempotency_key": body.idempotency_key,
        "model_decision": finding.get("decision") or "",
        "model_probability": finding.get("probability"),
        "model_threshold": point.get("threshold"),
        "model_point_version": point.get("project_version"),
    }
    mark = body.failure
    if mark:
        columns |= {
            "outcome": body.verdict.outcome,
            "site": mark.site,
            "laterality": mark.laterality,
            "cause": mark.cause or "",
            "severity": mark.severity,
            "proposed_site": mark.proposed_site,
            "proposed_laterality": mark.proposed_laterality,
        }
    if body.drawn:
        box = body.drawn
        columns |= {"box_x": box.x, "box_y": box.y, "box_w": box.w, "box_h": box.h}
    return columns


def _same_key(reader: User, body: ReviewBody, digest: str) -> CaseReview | None:
    """The review this key has already stored; raises ReviewRefused (409) when the content differs."""
    earlier = CaseReview.objects.filter(reader=reader, idempotency_key=body.idempotency_key).first()
    if earlier and earlier.request_sha256 != digest:
        raise ReviewRefused(
            "idempotency_conflict",
            f"key {body.idempotency_key!r} has already stored other content: send a new key",
            "idempotency_key",
            http=409,
        )
    return earlier


def _require_inside(box: PixelBox, image: Image, field: str) -> None:
    if beyond := beyond_image(box.x, box.y, box.w, box.h, image.columns, image.rows):
        raise ReviewRefused("box_outside", f"box from {beyond}", field)


def _replaced(reader: User, image: Image, body: ReviewBody) -> CaseReview | None:
    """The own review that this one corrects or takes back; raises ReviewRefused (409) when there is no answer to take back."""
    earlier = _corrected(reader, image, body)
    if body.verdict == WITHDRAWN and (earlier is None or earlier.verdict == WITHDRAWN.code):
        text = f"there is no answer of yours on {body.subject!r} in this image to take back"
        raise ReviewRefused("nothing_to_withdraw", text, "verdict", http=409)
    return earlier


def _corrected(reader: User, image: Image, body: ReviewBody) -> CaseReview | None:
    """The own review of the same image, finding or term, and model that this one corrects: what two models say are two questions.

    Without `replaces` it is the newest: a reader has one current answer per finding, whatever page or
    program sent it, so that no count takes a change of mind for two failures. A term that its note names stands for one thing
    here and another there: an answer with it corrects only what it names.
    """
    own = CaseReview.objects.filter(
        reader=reader, image=image, finding=body.finding, term=body.term, bundle_id=body.bundle
    )
    if body.replaces is None:
        if body.term and finding_terms().terms[body.term].needs_note and body.verdict != WITHDRAWN:
            return None
        return own.filter(replaced_by__isnull=True).order_by("-created_at").first()
    try:
        key = uuid.UUID(body.replaces)
    except ValueError:
        raise ReviewRefused(
            "not_allowed", f"replaces {body.replaces!r} is not the id of a review", "replaces"
        ) from None
    review = own.filter(pk=key).first()
    if review is None:
        text = f"replaces {body.replaces!r} is not a review of yours of {body.subject!r} by this model in this image"
        raise ReviewRefused("not_yours", text, "replaces")
    if CaseReview.objects.filter(replaces=review).exists():
        text = f"review {body.replaces!r} has already been replaced: reload and correct the newest one"
        raise ReviewRefused("already_replaced", text, "replaces", http=409)
    return review


def _digest(image: Image, data: object) -> str:
    text = json.dumps([str(image.pk), data], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _audit(review: CaseReview) -> None:
    audit.record(
        review.reader,
        "review",
        f"image:{review.image_id}",
        review=str(review.pk),
        bundle=review.bundle_id,
        finding=review.finding,
        term=review.term,
        verdict=review.verdict,
        replaces=str(review.replaces_id or ""),
    )
