"""Save the draft of a reading: nothing is ever overwritten, and the same delivery twice is one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import DraftRevision, Reading, Study
from reader_study.reading_bodies import Receipt
from reader_study.reading_body import checked_body
from reader_study.refusal import StudyRefused, require
from reader_study.sent_bodies import IdempotencyKey
from reader_study.services.own_assignment import form_of, hold_lease, own_assignment, reading_in, require_running
from webapp.accounts.models import User
from webapp.reveal.answer_first import ALREADY_LOCKED
from webapp.reveal.canonical_json import canonical_json
from webapp.sent_body import read_value


@dataclass(frozen=True)
class DraftRequest:
    """What the browser sends. base_revision: the revision that the body was made from (0: none)."""

    stage: str
    base_revision: int
    body: Any
    idempotency_key: str
    tab: str = ""


def save_draft(
    user: User, study: Study, key: UUID, request: DraftRequest, now: datetime | None = None
) -> DraftRevision:
    """Stores revision base_revision + 1. Raises StudyRefused: 409 draft_conflict with both versions, already_locked with the
    receipt, other_tab; 400 for a misshapen body."""
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        assignment = own_assignment(user, study, key, lock=True)
        require_running(assignment.reader.study, paused_too=True)
        found = reading_in(assignment, request.stage)
        reading = Reading.objects.select_for_update().get(pk=found.pk)
        body = checked_body(request.body, form_of(assignment))
        idempotency_key = checked_key(request.idempotency_key)
        earlier = reading.drafts.filter(idempotency_key=idempotency_key).first()
        if earlier is not None:
            return _same_content(earlier, body)
        if reading.is_locked:
            raise StudyRefused(ALREADY_LOCKED.code, ALREADY_LOCKED.text, receipt=receipt_of(reading))
        hold_lease(assignment.session, request.tab, now)
        newest = reading.drafts.order_by("-revision").first()
        current = newest.revision if newest else 0
        if request.base_revision != current:
            raise _conflict(newest, request.base_revision, body)
        draft = DraftRevision(
            reading=reading,
            revision=current + 1,
            body=body,
            idempotency_key=idempotency_key,
            saved_at=now,
            created_by=user,
        )
        draft.save()
        if reading.first_input_at is None:
            reading.first_input_at = now
        reading.state = Reading.State.DRAFTING
        reading.save(update_fields=["first_input_at", "state"])
    return draft


def receipt_of(reading: Reading) -> Receipt:
    """What the reader is shown as proof of the lock."""
    lock = reading.assignment.reader.study.locks.filter(kind="reading", object=reading.pk).first()
    return {
        "sha256": reading.sha256,
        "locked_at": reading.locked_at.isoformat() if reading.locked_at else None,
        "chain_sha256": lock.sha256 if lock else None,
    }


def checked_key(value: object) -> str:
    """An idempotency key. Raises StudyRefused."""
    return str(read_value(IdempotencyKey, value, "idempotency_key", StudyRefused))


def _same_content(earlier: DraftRevision, body: dict[str, Any]) -> DraftRevision:
    if canonical_json(earlier.body) != canonical_json(body):
        text = f"key {earlier.idempotency_key!r} has already stored other content: send a new key"
        raise StudyRefused("idempotency_conflict", text, "idempotency_key")
    return earlier


def _conflict(newest: DraftRevision | None, base_revision: int, body: dict[str, Any]) -> StudyRefused:
    server = {
        "revision": newest.revision if newest else 0,
        "body": newest.body if newest else None,
        "saved_at": newest.saved_at.isoformat() if newest else None,
    }
    text = (
        f"This draft was changed elsewhere: the server has revision {server['revision']}, you changed {base_revision}."
    )
    return StudyRefused(
        "draft_conflict", text, "base_revision", server=server, yours={"base_revision": base_revision, "body": body}
    )
