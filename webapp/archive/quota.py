"""How much may be stored: in all, and by one person. Quarantined bytes count, so that bad files cannot fill the disk.

The totals are kept by triggers in the transaction that adds or removes a file's row (webapp/kept_in_step.py), so that a check
reads one row per person and not every file.
"""
# ruff: noqa: S608 -- statements are put together from names of our own code alone

from typing import Any

from django.conf import settings
from django.db.models import Sum

from webapp.archive.models import StoredBytes
from webapp.archive.reasons import Reason, reason
from webapp.kept_in_step import KeptRows, Trigger

TABLE = "archive_storedbytes"
_FILES = ("archive_image", "archive_quarantinedfile")


class QuotaExceeded(Exception):
    """A file that is being stored fills more than the quota; `why` as quota_refusal gives it."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.why = why


def quota_refusal(user: Any, more_bytes: int) -> Reason | None:
    """Why `more_bytes` cannot be taken from `user` (None for commands), or None. A quota of 0 is no quota."""
    quotas: list[tuple[str, int, dict[str, Any]]] = [("the site's", settings.STORAGE_QUOTA_BYTES, {})]
    if user is not None:
        quotas.append(("your", settings.USER_QUOTA_BYTES, {"owner": user.pk}))
    for whose, quota, owner in quotas:
        if quota and _used(owner) + more_bytes > quota:
            return reason("quota_exceeded", f"This file would exceed {whose} storage quota of {quota / 2**30:g} GiB.")
    return None


def require_within_quota(user: Any) -> None:
    """Raises QuotaExceeded. To be called in the transaction that has added a file's row: a person's row of StoredBytes is
    locked by then, so that of two files that come in at once the second sees the first."""
    why = quota_refusal(user, 0)
    if why:
        raise QuotaExceeded(why)


def _used(owner: dict[str, Any]) -> int:
    return StoredBytes.objects.filter(**owner).aggregate(total=Sum("bytes"))["total"] or 0


def _add(row: str) -> str:
    return (
        f"INSERT INTO {TABLE} (owner, bytes) SELECT COALESCE({row}.uploaded_by_id, 0), {row}.bytes WHERE {row}.bytes > 0 "
        f"ON CONFLICT (owner) DO UPDATE SET bytes = {TABLE}.bytes + excluded.bytes"
    )


def _take_away(row: str) -> tuple[str, str]:
    mine = f"owner = COALESCE({row}.uploaded_by_id, 0)"
    return (
        f"UPDATE {TABLE} SET bytes = bytes - {row}.bytes WHERE {mine}",
        f"DELETE FROM {TABLE} WHERE {mine} AND bytes = 0",
    )


def _triggers(table: str) -> tuple[Trigger, ...]:
    changed = "NEW.bytes <> OLD.bytes OR COALESCE(NEW.uploaded_by_id, 0) <> COALESCE(OLD.uploaded_by_id, 0)"
    return (
        Trigger(f"stored_bytes_of_{table}_added", table, "INSERT", (_add("NEW"),)),
        Trigger(f"stored_bytes_of_{table}_gone", table, "DELETE", _take_away("OLD")),
        Trigger(
            f"stored_bytes_of_{table}_changed",
            table,
            "UPDATE OF bytes, uploaded_by_id",
            (_add("NEW"), *_take_away("OLD")),
            changed,
        ),
    )


_EACH_FILE = " UNION ALL ".join(f"SELECT COALESCE(uploaded_by_id, 0) AS owner, bytes FROM {table}" for table in _FILES)
STORED_BYTES = KeptRows(
    TABLE,
    ("owner", "bytes"),
    f"SELECT owner, CAST(SUM(bytes) AS BIGINT) FROM ({_EACH_FILE}) AS files GROUP BY owner HAVING SUM(bytes) > 0",
    tuple(trigger for table in _FILES for trigger in _triggers(table)),
)
