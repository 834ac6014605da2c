"""What a killed process may leave behind, and what has been kept long enough."""

import time
from pathlib import Path

from django.conf import settings

from webapp.archive.models import Upload, UploadItem
from webapp.archive.quarantine import delete_expired
from webapp.archive.reports import settle_state

ABANDONED_SECONDS = 24 * 3600  # no request and no job works on one file for so long


def tidy_archive() -> dict[str, int]:
    """Removes abandoned incoming files and expired quarantine, closes reports of broken requests. Returns counts."""
    return {
        "incoming": _remove_abandoned(time.time() - ABANDONED_SECONDS),
        "quarantine": delete_expired(),
        "uploads": _close_broken_reports(),
    }


def _remove_abandoned(oldest: float) -> int:
    waiting = set(UploadItem.objects.exclude(incoming_name="").values_list("incoming_name", flat=True))
    folder = Path(settings.INCOMING_DIR)
    found = [path for path in [*folder.glob("*"), *folder.glob("zips/*")] if path.is_file()]
    abandoned = [path for path in found if path.name not in waiting and path.stat().st_mtime < oldest]
    for path in abandoned:
        path.unlink(missing_ok=True)
    return len(abandoned)


def _close_broken_reports() -> int:
    """A request that was cut off leaves its upload `working` with every item settled."""
    working = Upload.objects.exclude(state=Upload.State.DONE).exclude(items__status=UploadItem.Status.PENDING)
    broken = list(working)
    for upload in broken:
        settle_state(upload)
    return len(broken)
