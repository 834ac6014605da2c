"""Unpacking a received zip, member by member, each through the one door. Run by a job; may be run again at any time.

Each member's outcome is committed with its image, so a run that was killed goes on where it stopped.
"""

import logging
import uuid
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from inference.file_sha256 import file_sha256
from webapp import audit
from webapp.archive.ingest import IngestOutcome, Sender, input_specs, settle_file
from webapp.archive.models import Project, Upload, UploadItem
from webapp.archive.quarantine import quarantine
from webapp.archive.reasons import Reason, reason
from webapp.archive.reports import outcome_fields, refusal_fields, settle_state
from webapp.archive.storage import Received
from webapp.archive.zip.directory import ZipRefused, open_zip
from webapp.archive.zip.members import Budget
from webapp.archive.zip.read_ahead import MemberRead, ReadAhead

logger = logging.getLogger(__name__)
Status = UploadItem.Status
# Members with these codes were not read to their end: the zip itself is kept in quarantine in their place.
UNREAD = {"zip_ratio", "zip_damaged", "zip_encrypted", "zip_member_type", "zip_method", "too_large"}


# The machine's faults: the member stays pending and the job tries again later. A job given up keeps the zip.
PASSING = {"storage_full", "machine_fault"}


class PassingFault(OSError):
    """A member could not be stored for a reason that may pass."""


class _SettledElsewhere(Exception):
    """Another run has reported this member in the meantime: this one's image is rolled back."""


def ingest_zip_members(upload_id: uuid.UUID | str, keep_going: Callable[[], bool] = lambda: True) -> None:
    """Takes every pending member of every zip of the upload. Stops between two members when `keep_going()` is False."""
    upload = Upload.objects.get(pk=upload_id)
    for container in upload.items.filter(is_container=True, status=Status.PENDING).order_by("position"):
        try:
            is_finished = _ingest_container(container, keep_going)
        except ZipRefused as error:
            _settle_members(container, error.reason)
            is_finished = True
        if not is_finished:
            break
        _close_container(container)
    settle_state(upload)


def abandon_zips(upload_id: uuid.UUID | str) -> None:
    """For a job that was given up: what is still pending is reported as such, so that no report waits for ever."""
    upload = Upload.objects.get(pk=upload_id)
    for container in upload.items.filter(is_container=True, status=Status.PENDING):
        _settle_members(container, reason("worker_died"))
        _close_container(container)
    settle_state(upload)


def waiting_zip_path(name: str) -> Path:
    """Where a zip waits for its job; `name` is ours, random."""
    return Path(settings.INCOMING_DIR) / "zips" / name


def _ingest_container(container: UploadItem, keep_going: Callable[[], bool]) -> bool:
    """True when every member has its final status."""
    path = waiting_zip_path(container.incoming_name)
    if not path.exists():
        raise ZipRefused("zip_damaged", "The zip is no longer on the server.")
    project = Project.default()
    settle_state(container.upload)
    pending = list(container.members.filter(status=Status.PENDING).select_related("upload__user").order_by("position"))
    with open_zip(path) as archive:
        entries = archive.infolist()
        wanted = [(entries[item.member_index or 0], _sender(project, item)) for item in pending]
        with ReadAhead(archive, Budget(path.stat().st_size), input_specs(project)) as ahead:
            for place, (item, read) in enumerate(zip(pending, ahead.members(wanted), strict=True)):
                if not keep_going():
                    return False
                _settle_member(item, read)
                if place == 0:  # at work from here to the end; counting after each member took a tenth of the job
                    settle_state(container.upload)
    return True


def _sender(project: Project, item: UploadItem) -> Sender:
    def report(outcome: IngestOutcome) -> None:
        if outcome.reason is not None and outcome.reason.code in PASSING:
            raise PassingFault(outcome.reason.code)
        fields = outcome_fields(outcome)
        if not UploadItem.objects.filter(pk=item.pk, status=Status.PENDING).update(**fields):
            raise _SettledElsewhere

    return Sender(project, item.upload.user, "zip", item.name, report)


def _settle_member(item: UploadItem, read: MemberRead) -> None:
    """One bad member never stops the others. Raises PassingFault when the machine is at fault."""
    try:
        settle_file(read.arrival(), read.sender, read.examined)
    except ZipRefused as error:
        _settle(item, error.reason)
    except _SettledElsewhere:
        logger.info("member %s of upload %s was settled by another run", item.position, item.upload.pk)


def _settle(item: UploadItem, why: Reason) -> None:
    with transaction.atomic():
        audit.record(item.upload.user, "file.refused", f"upload:{item.upload.pk}", code=why.code, source="zip")
        UploadItem.objects.filter(pk=item.pk, status=Status.PENDING).update(**refusal_fields(why))


def _settle_members(container: UploadItem, why: Reason) -> None:
    container.members.filter(status=Status.PENDING).update(**refusal_fields(why))


def _close_container(container: UploadItem) -> None:
    """Every member is reported: the zip goes, or to quarantine when some of it could not be taken out."""
    path = waiting_zip_path(container.incoming_name)
    unread = container.members.filter(reason_code__in=[*UNREAD, "worker_died"]).first()
    fields = {"status": Status.ACCEPTED, "http": 200, "incoming_name": ""}
    if unread is not None and path.exists():
        received = Received(path, file_sha256(path), path.stat().st_size)
        with quarantine(received, unread.reason_code, container.upload.user, "zip", container.name):
            UploadItem.objects.filter(pk=container.pk).update(**fields)
        return
    UploadItem.objects.filter(pk=container.pk).update(**fields)
    path.unlink(missing_ok=True)
