"""The sender's report: uploads, their items, and their JSON document (architecture.md section 5)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from webapp.archive.file_names import shown_path
from webapp.archive.ingest import IngestOutcome
from webapp.archive.models import Upload, UploadItem
from webapp.archive.reasons import Reason

Status = UploadItem.Status


def outcome_fields(outcome: IngestOutcome) -> dict[str, Any]:
    """The columns of UploadItem that an outcome determines."""
    return {"status": outcome.status, "http": outcome.http, "image": outcome.image, **reason_fields(outcome.reason)}


def reason_fields(why: Reason | None) -> dict[str, str]:
    if why is None:
        return {"reason_code": "", "reason_text": "", "reason_action": ""}
    return {"reason_code": why.code, "reason_text": why.text[:400], "reason_action": why.action[:400]}


def refusal_fields(why: Reason) -> dict[str, Any]:
    return {"status": Status.QUARANTINED, "http": why.http, **reason_fields(why)}


def add_item(upload: Upload, name: str, **fields: Any) -> UploadItem:
    """One more item at the end of the report. Requests that append to one upload at the same time take turns."""
    with transaction.atomic():
        Upload.objects.select_for_update().get(pk=upload.pk)
        position = next_position(upload)
        return UploadItem.objects.create(upload=upload, position=position, name=shown_path(name), **fields)


def next_position(upload: Upload) -> int:
    last = upload.items.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def settle_state(upload: Upload) -> None:
    """Sets the state from the items: done when none is pending."""
    pending = upload.items.filter(status=Status.PENDING)
    if not pending.exists():
        state = Upload.State.DONE
    elif pending.count() == upload.items.count():
        state = Upload.State.PENDING
    else:
        state = Upload.State.WORKING
    Upload.objects.filter(pk=upload.pk).update(state=state)
    upload.state = state


def upload_document(upload: Upload, added: Collection[int] = ()) -> dict[str, Any]:
    """The report as the API gives it. added: positions that this request has added, others may do so meanwhile.

    A zip appears as its members; as itself only when it was refused whole.
    """
    rows = list(upload.items.order_by("position"))
    zips = {row.pk: row.name for row in rows if row.is_container}
    shown = [row for row in rows if not row.is_container or row.status == Status.QUARANTINED]
    counts = _counts(shown)
    return {
        "id": str(upload.id),
        "state": upload.state,
        "created_at": upload.created_at,
        "counts": counts,
        "progress": {"read": counts["total"] - counts[Status.PENDING], "total": counts["total"]},
        "items": [_item_document(row, zips) for row in shown],
        "added": [row.position for row in shown if row.position in added],
    }


def _item_document(row: UploadItem, zips: Mapping[int, str]) -> dict[str, Any]:
    """zips: names of the zips of the upload, by key; no member has another."""
    why = {"code": row.reason_code, "text": row.reason_text, "action": row.reason_action}
    return {
        "position": row.position,
        "name": row.name,
        "archive": zips.get(row.parent_id or 0),  # type: ignore[attr-defined]
        "status": row.status,
        "reason": why if row.reason_code else None,
        "http": row.http,
        "image": str(row.image_id) if row.image_id else None,  # type: ignore[attr-defined]
    }


def _counts(rows: Iterable[UploadItem]) -> dict[str, int]:
    counts = dict.fromkeys([*Status.values, "total"], 0)
    for row in rows:
        counts[row.status] += 1
        counts["total"] += 1
    return counts
