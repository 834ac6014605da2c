"""What a killed process may leave behind, and what has been kept long enough."""

import time
from pathlib import Path

from django.conf import settings

from webapp.archive.models import Upload, UploadItem
from webapp.archive.older_hashes import hash_older_images
from webapp.archive.quarantine import delete_expired
from webapp.archive.reports import settle_state
from webapp.archive.unreferenced import quarantine_unreferenced, remove_orphaned_frames, remove_unlisted_quarantine

ABANDONED_SECONDS = 24 * 3600  # no request and no job works on one file for so long


def tidy_archive() -> dict[str, int]:
    """Removes abandoned incoming files, cached frames of no image and expired quarantine, puts stored files that no row
    names into quarantine, closes reports of broken requests, hashes pixels that older versions stored. Returns counts."""
    oldest = time.time() - ABANDONED_SECONDS
    return {
        "incoming": _remove_abandoned(oldest),
        "unreferenced": quarantine_unreferenced(oldest),
        "quarantine": delete_expired() + remove_unlisted_quarantine(oldest),
        "frames": remove_orphaned_frames(oldest),
        "uploads": _close_broken_reports(),
        "hashed": hash_older_images(),
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
