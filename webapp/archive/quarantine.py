"""Files that were refused: kept apart for QUARANTINE_DAYS, never served, never parsed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp import audit
from webapp.archive.file_names import shown_path
from webapp.archive.models import QuarantinedFile
from webapp.archive.storage import Received, move_durably


def quarantine_path(kept: QuarantinedFile) -> Path:
    return Path(settings.QUARANTINE_DIR) / kept.id.hex


@contextmanager
def quarantine(received: Received, code: str, user: Any, source: str, name: str = "") -> Iterator[QuarantinedFile]:
    """One transaction: row, audit event and whatever the caller adds in the block; the file moves with it or not at all."""
    kept = QuarantinedFile(
        code=code,
        name=shown_path(name) if name else "",
        sha256=received.sha256,
        bytes=received.bytes,
        source=source,
        uploaded_by=user,
    )
    facts: dict[str, Any] = {"code": code, "sha256": kept.sha256, "bytes": kept.bytes, "source": source}
    try:
        with transaction.atomic():
            move_durably(received.path, quarantine_path(kept))
            kept.save(force_insert=True)
            audit.record(user, "file.quarantined", f"quarantine:{kept.id}", **facts)
            yield kept
    except BaseException:
        quarantine_path(kept).unlink(missing_ok=True)
        raise


def delete_quarantined(kept: QuarantinedFile, actor: Any) -> None:
    """Removes row and file; the event stays."""
    with transaction.atomic():
        key, path = kept.id, quarantine_path(kept)
        kept.delete()  # before the record, as where files come in: the total of its owner is locked first everywhere
        audit.record(actor, "file.quarantine_deleted", f"quarantine:{key}", code=kept.code, sha256=kept.sha256)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def delete_expired() -> int:
    """Removes what was kept longer than QUARANTINE_DAYS; returns how many."""
    oldest = timezone.now() - timedelta(days=settings.QUARANTINE_DAYS)
    expired = list(QuarantinedFile.objects.filter(created_at__lt=oldest))
    for kept in expired:
        delete_quarantined(kept, None)
    return len(expired)
