"""The hash chain over access events: appending a link and verifying all of them.

hash = SHA-256 over the canonical JSON of (sequence, time, actor, verb, target, purpose, request id, details, previous
hash). Changing, removing or reordering any link but the last shows in `verify_chain`; cutting off the end shows only
against a hash that was noted elsewhere (`verify_audit --head HASH`).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from webapp.audit.models import AccessEvent
from webapp.audit.request_id import current_request_id

POSTGRESQL_LOCK = 0x51671_1E  # any constant; names this chain among PostgreSQL's advisory locks


@dataclass(frozen=True)
class ChainReport:
    """Result of a verification: number of links, hash of the last one, and one sentence per fault found."""

    events: int
    head: str
    faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults


def append(actor: Any, verb: str, target: str, purpose: str, details: dict[str, Any]) -> AccessEvent:
    """Adds one link inside the caller's transaction, or one of its own. Safe against concurrent writers."""
    person: Any = actor if isinstance(actor, AbstractBaseUser) and actor.pk else None
    with transaction.atomic():
        _lock_chain()
        last = AccessEvent.objects.order_by("-sequence").only("sequence", "hash").first()
        event = AccessEvent(
            sequence=last.sequence + 1 if last else 1,
            at=timezone.now(),
            actor=person,
            actor_name=person.get_username() if person else "",
            verb=verb,
            target=target,
            purpose=purpose,
            request_id=current_request_id(),
            details=details,
            previous_hash=last.hash if last else "",
        )
        event.hash = event_hash(event)
        event.save()
    return event


def event_hash(event: AccessEvent) -> str:
    """Hex SHA-256 of one link, its own `hash` left out."""
    fields = {
        "sequence": event.sequence,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,  # type: ignore[attr-defined]
        "actor_name": event.actor_name,
        "verb": event.verb,
        "target": event.target,
        "purpose": event.purpose,
        "request_id": event.request_id,
        "details": event.details,
        "previous_hash": event.previous_hash,
    }
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify_chain(expected_head: str = "", events: Iterable[AccessEvent] | None = None) -> ChainReport:
    """Recomputes every link in order. `expected_head`: a hash noted earlier that must still be in the chain."""
    faults: list[str] = []
    count, previous, is_expected_seen = 0, "", not expected_head
    for event in AccessEvent.objects.order_by("sequence").iterator() if events is None else events:
        count += 1
        if event.sequence != count:
            faults.append(f"event {count} is missing: found {event.sequence} in its place")
            count = event.sequence
        if event.previous_hash != previous:
            faults.append(f"event {event.sequence} does not follow the event before it")
        if event.hash != event_hash(event):
            faults.append(f"event {event.sequence} was changed after it was written")
        previous = event.hash
        is_expected_seen = is_expected_seen or previous == expected_head
    if not is_expected_seen:
        faults.append(f"the event with hash {expected_head} is not in the chain: its end was cut off")
    return ChainReport(count, previous, tuple(faults))


def _lock_chain() -> None:
    """One writer at a time until the transaction ends.

    SQLite: transaction_mode=IMMEDIATE has already taken the write lock. PostgreSQL: an advisory lock, because a row
    lock on the last link would let a second writer read the same last link after the first has added one.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [POSTGRESQL_LOCK])
