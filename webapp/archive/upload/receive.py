"""Taking the files of one request: single files get their final status at once, zips are unpacked by a job."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.archive.file_names import shown_path
from webapp.archive.ingest import IngestOutcome, Sender, ingest_file, starts_like_zip
from webapp.archive.models import Project, Upload, UploadItem
from webapp.archive.quarantine import quarantine
from webapp.archive.quota import quota_refusal
from webapp.archive.reasons import Reason, reason
from webapp.archive.reports import add_item, next_position, outcome_fields, refusal_fields, settle_state
from webapp.archive.reserve import reserve_refusal
from webapp.archive.storage import FileTooLarge, Received, StorageFull, disk_full_is_told, move_durably, receive
from webapp.archive.zip.directory import MAX_TOTAL_BYTES, ZipRefused, files_of, open_zip
from webapp.archive.zip.ingest import waiting_zip_path
from webapp.archive.zip.job import create_zip_job


def receive_files(user: User, files: Iterable[UploadedFile], upload: Upload) -> list[int]:
    """Ingests `files` one after the other; adds one item each (or one per member) to `upload`, gives their positions."""
    project = Project.default()
    added: list[int] = []
    for file in files:
        if starts_like_zip(_start_of(file)):
            added += _receive_zip(user, file, upload)
        else:
            added += _receive_single(user, project, file, upload)
    settle_state(upload)
    return added


def _receive_single(user: User, project: Project, file: UploadedFile, upload: Upload) -> list[int]:
    name, added = file.name or "", [0]

    def report(outcome: IngestOutcome) -> None:  # again, when the transaction of the first try was rolled back
        added[0] = add_item(upload, name, **outcome_fields(outcome)).position

    ingest_file(file.chunks(), Sender(project, user, "upload", shown_path(name), report))
    return added


def _receive_zip(user: User, file: UploadedFile, upload: Upload) -> list[int]:
    """Keeps the zip in INCOMING_DIR and lists its members as pending; once that is committed nothing is lost."""
    name = file.name or ""
    refusal = reserve_refusal(file.size or 0)
    if refusal:
        return _refuse_zip(upload, user, name, refusal)
    try:
        received = receive(file.chunks(), MAX_TOTAL_BYTES)
    except FileTooLarge:
        return _refuse_zip(upload, user, name, reason("too_large"))
    except StorageFull:
        return _refuse_zip(upload, user, name, reason("storage_full"))
    try:
        refusal = quota_refusal(user, received.bytes)
        if refusal:
            return _refuse_zip(upload, user, name, refusal)
        return _list_members(user, received, name, upload)
    except ZipRefused as error:
        with quarantine(received, error.reason.code, user, "zip", name):
            return [add_item(upload, name, is_container=True, **refusal_fields(error.reason)).position]
    except StorageFull:
        return _refuse_zip(upload, user, name, reason("storage_full"))
    finally:
        received.path.unlink(missing_ok=True)


def _list_members(user: User, received: Received, name: str, upload: Upload) -> list[int]:
    with open_zip(received.path) as archive:
        members = [(index, shown_path(info.filename)) for index, info in files_of(archive)]
    if not members:
        raise ZipRefused("zip_empty")
    waiting = waiting_zip_path(uuid.uuid4().hex)
    move_durably(received.path, waiting)
    try:
        with disk_full_is_told(), transaction.atomic():
            container = add_item(upload, name, is_container=True, incoming_name=waiting.name)
            first = next_position(upload)
            UploadItem.objects.bulk_create(
                UploadItem(upload=upload, position=first + place, name=shown, parent=container, member_index=index)
                for place, (index, shown) in enumerate(members)
            )
            facts: dict[str, Any] = {"sha256": received.sha256, "bytes": received.bytes, "members": len(members)}
            audit.record(user, "zip.received", f"upload:{upload.pk}", **facts)
            create_zip_job(upload)
    except BaseException:
        if not UploadItem.objects.filter(incoming_name=waiting.name).exists():
            waiting.unlink(missing_ok=True)
        raise
    return list(range(first, first + len(members)))


def _refuse_zip(upload: Upload, user: User, name: str, why: Reason) -> list[int]:
    """A zip of which nothing was kept."""
    with transaction.atomic():
        audit.record(user, "file.refused", "file:not_kept", code=why.code, source="zip")
        return [add_item(upload, name, is_container=True, **refusal_fields(why)).position]


def _start_of(file: UploadedFile) -> bytes:
    file.seek(0)
    start = file.read(132)
    file.seek(0)
    return start
