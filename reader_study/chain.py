"""The hash chain of a study: appending a link, and checking every link and what it stands for."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from reader_study.content import content_of
from reader_study.models import Lock, Protocol, Reading, Study, Truth
from webapp.accounts.models import User
from webapp.reveal.canonical_json import sha256_of


def append_lock(study: Study, kind: str, target: uuid.UUID, object_sha256: str, by: User, at: datetime) -> Lock:
    """Adds one link. The study's row is locked meanwhile, so that two links never follow the same one."""
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        last = study.locks.order_by("-sequence").first()
        lock = Lock(
            study=study,
            sequence=last.sequence + 1 if last else 1,
            kind=kind,
            object=target,
            object_sha256=object_sha256,
            prev_sha256=last.sha256 if last else "",
            by=by,
            at=at,
            created_by=by,
        )
        lock.sha256 = link_sha256(lock)
        lock.save()
    return lock


def link_sha256(lock: Lock) -> str:
    """Hex SHA-256 of a link, its own hash left out."""
    return sha256_of(
        {
            "study": str(lock.study_id),
            "sequence": lock.sequence,
            "kind": lock.kind,
            "object": str(lock.object),
            "object_sha256": lock.object_sha256,
            "prev_sha256": lock.prev_sha256,
            "by": lock.by_id,
            "at": lock.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
    )


def chain_faults(study: Study) -> list[str]:
    """One sentence per broken link or changed object; empty when all is intact. Sentences carry ids and no content."""
    faults: list[str] = []
    previous, expected = "", 1
    for lock in study.locks.order_by("sequence"):
        if lock.sequence != expected:
            faults.append(f"link {expected} is missing")
        if lock.prev_sha256 != previous:
            faults.append(f"link {lock.sequence} does not follow the one before it")
        if lock.sha256 != link_sha256(lock):
            faults.append(f"link {lock.sequence} was changed after it was written")
        faults += _object_faults(lock)
        previous, expected = lock.sha256, lock.sequence + 1
    return faults + _missing_links(study)


def _object_faults(lock: Lock) -> list[str]:
    models: dict[str, Any] = {Lock.Kind.PROTOCOL: Protocol, Lock.Kind.READING: Reading, Lock.Kind.TRUTH: Truth}
    if lock.kind not in models:
        return []
    row = models[lock.kind].objects.filter(pk=lock.object).first()
    if row is None:
        return [f"link {lock.sequence}: {lock.kind} {lock.object} is gone"]
    if sha256_of(content_of(row)) != lock.object_sha256 or row.sha256 != lock.object_sha256:
        return [f"link {lock.sequence}: {lock.kind} {lock.object} was changed after it was locked"]
    return []


def _missing_links(study: Study) -> list[str]:
    linked = set(study.locks.values_list("object", flat=True))
    readings = Reading.objects.filter(assignment__reader__study=study, state=Reading.State.LOCKED)
    truths = Truth.objects.filter(case__study=study, state=Truth.State.FROZEN)
    return [
        f"reading {key} is locked without a link" for key in readings.values_list("pk", flat=True) if key not in linked
    ] + [f"truth {key} is frozen without a link" for key in truths.values_list("pk", flat=True) if key not in linked]
