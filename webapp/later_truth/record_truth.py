"""Take what was found later, or take it back: checked against image and model, stored once, audited."""

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_enter_later_truth
from webapp.archive.models import Image
from webapp.body_values import shown
from webapp.later_truth.models import LaterTruth, LaterTruthWithdrawal
from webapp.later_truth.truth_body import LaterTruthRequest, WithdrawLaterTruthRequest
from webapp.later_truth.visible import note_shown
from webapp.predictions.bundle_store import finding_rows_in_service
from webapp.refused import Refused
from webapp.reveal.shown_image import shown_sha256
from webapp.reviews.box_in_image import beyond_image
from webapp.reviews.finding_terms import finding_terms

FIRST_DAY = datetime.date(1896, 1, 1)  # there were no radiographs before


def record_truth(person: User, image: Image, sent: LaterTruthRequest) -> tuple[LaterTruth, bool]:
    """(statement, True) when stored now, (statement, False) when this key brought the same content before.

    Raises Refused (400, 401, 403, 409).
    """
    _require_own(person, sent.reader)
    Refused.require(may_enter_later_truth(person, image))
    columns = _columns(image, sent)
    if earlier := _same_key(person, sent.idempotency_key, columns):
        return earlier, False
    _require_known(image, sent)
    _require_day(image, columns["exam_date"])
    _require_inside(image, sent)
    try:
        with transaction.atomic():
            truth = LaterTruth(created_by=person, idempotency_key=sent.idempotency_key, **columns)
            truth.save()
            note_shown(person, [truth])
            _audit(person, "later_truth.entered", truth)
    except IntegrityError:  # two deliveries at the same moment
        if earlier := _same_key(person, sent.idempotency_key, columns):
            return earlier, False
        raise
    return truth, True


def withdraw_truth(person: User, truth: LaterTruth, sent: WithdrawLaterTruthRequest) -> LaterTruthWithdrawal:
    """Raises Refused (401, 403, 409)."""
    _require_own(person, sent.reader)
    Refused.require(may_enter_later_truth(person, truth.image))
    try:
        with transaction.atomic():
            row = LaterTruthWithdrawal(truth=truth, reason=sent.reason, created_by=person)
            row.save()
            _audit(person, "later_truth.withdrawn", truth)
    except IntegrityError:
        raise Refused("already_withdrawn", "this statement has been taken back already") from None
    return row


def _require_own(person: User, reader: str | None) -> None:
    if reader not in (None, person.get_username()):
        text = f"this entry is {reader}'s, and {person.get_username()} is signed in"
        raise Refused("other_reader", text, "reader", http=401)


def _columns(image: Image, sent: LaterTruthRequest) -> dict[str, Any]:
    box = {f"box_{side}": getattr(sent.box, side) if sent.box else None for side in "xywh"}
    return {
        "image": image,
        "image_sha256": shown_sha256(image),
        "finding": sent.finding or "",
        "term": sent.term or "",
        "says": sent.says,
        "source": sent.source,
        "exam_date": datetime.date.fromisoformat(sent.exam_date),
        "note": sent.note,
        **box,
    }


def _same_key(person: User, key: str, columns: dict[str, Any]) -> LaterTruth | None:
    """The statement that this key has stored; raises Refused (409) when the content differs."""
    earlier = LaterTruth.objects.filter(created_by=person, idempotency_key=key).first()
    if earlier and any(getattr(earlier, name) != value for name, value in columns.items()):
        raise Refused("idempotency_conflict", f"key {key!r} has already stored other content: send a new key")
    return earlier


def _require_known(image: Image, sent: LaterTruthRequest) -> None:
    rows = finding_rows_in_service(image.project)
    known = [row["key"] for row in rows]
    if sent.finding and sent.finding not in known:
        allowed = f"one of {', '.join(known)}" if known else "known: no model is in service; name a term"
        raise Refused("finding_unknown", f"finding {shown(sent.finding)} is not {allowed}", "finding", http=400)
    own = finding_terms().terms[sent.term].finding_of(rows) if sent.term else ""
    if own:
        text = f"the model has a finding for term {sent.term!r}: enter it of finding {own!r}"
        raise Refused("finding_of_bundle", text, "term", http=400)


def first_day(image: Image) -> datetime.date:
    """The earliest day that a later examination of this image may have."""
    return image.study_date or FIRST_DAY


def _require_day(image: Image, day: datetime.date) -> None:
    first, last = first_day(image), timezone.localdate()
    if day < first:
        what = "the image was taken" if image.study_date else "radiographs began"
        raise Refused("too_early", f"exam_date {day} is before {first}, when {what}", "exam_date", http=400)
    if day > last:
        raise Refused("too_late", f"exam_date {day} is in the future: today is {last}", "exam_date", http=400)


def _require_inside(image: Image, sent: LaterTruthRequest) -> None:
    box = sent.box
    if box is None:
        return
    if beyond := beyond_image(box.x, box.y, box.w, box.h, image.columns, image.rows):
        raise Refused("box_outside", f"box from {beyond}", "box", http=400)


def _audit(person: User, verb: str, truth: LaterTruth) -> None:
    audit.record(person, verb, f"image:{truth.image_id}", truth=str(truth.pk), source=truth.source, says=truth.says)
