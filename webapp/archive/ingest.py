"""The one door: every file, whoever sends it, comes in through `ingest_file`.

Receive and hash, quota, pre-parse in a child, duplicate check, repairs, decode check in a child, durable rename, and one
transaction for the image, the rows that other rooms hang on it, the audit event and the sender's report.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from inference.dicom.accept import Accept
from inference.dicom.child_pool import Examined
from inference.dicom.header import DicomHeader
from inference.dicom.limits import Limits
from inference.dicom.refusal import DicomRefusal
from inference.dicom.repair import write_repaired
from inference.dicom.stored_pixels import StoredPixels
from inference.dicom.tolerances import TOLERANCES, without
from inference.file_sha256 import file_sha256
from inference.look_hash import look_hash
from inference.preprocessing import InputSpec, ModelInput
from webapp import audit
from webapp.accounts.models import User
from webapp.archive import children
from webapp.archive.children import MachineFault
from webapp.archive.file_names import shown_name
from webapp.archive.frame import frames
from webapp.archive.frame.model_inputs import keep_inputs
from webapp.archive.image_columns import column_text, image_columns
from webapp.archive.models import Image, Project, UploadItem
from webapp.archive.quarantine import quarantine
from webapp.archive.quota import QuotaExceeded, quota_refusal, require_within_quota
from webapp.archive.reasons import Reason, reason, reason_of
from webapp.archive.reserve import reserve_refusal
from webapp.archive.storage import (
    FileTooLarge,
    Received,
    StorageFull,
    disk_full_is_told,
    key_path,
    move_durably,
    new_incoming_path,
    read_chunks,
    receive,
)
from webapp.archive.system_files import START_BYTES, media_directory_reason, system_file_reason

logger = logging.getLogger(__name__)
Status = UploadItem.Status

# Rooms above register here in their AppConfig.ready: the archive imports none of them. Called inside the transaction that
# stores the image, so that e.g. image and job exist together or not at all; on_commit is for what should come later.
image_stored_hooks: list[Callable[[Image], object]] = []
# What the models of a project take, so that the child that decodes a new image makes their inputs as well.
model_input_hooks: list[Callable[[Project], Sequence[InputSpec]]] = []


@dataclass(frozen=True)
class IngestOutcome:
    """What became of one file. `image` is the stored one; for a conflict it stays None, nothing of the first is told."""

    status: str
    reason: Reason | None
    http: int
    image: Image | None = None


@dataclass(frozen=True)
class Sender:
    """Who sends one file and how it is reported. `report` runs inside the transaction that stores the file's row."""

    project: Project
    user: User | None
    source: str  # upload, zip or directory
    name: str = ""  # path or name as the sender gives it
    report: Callable[[IngestOutcome], object] = lambda outcome: None

    @property
    def passes_over(self) -> bool:
        """Files found in a zip or a folder may be system files; one that somebody chose is answered as what it is."""
        return self.source != "upload"


@dataclass(frozen=True)
class NotReceived:
    """A file of which nothing was kept when it came: ignored, too large, or the disk is full."""

    why: Reason
    is_ignored: bool = False


@dataclass(frozen=True, eq=False)
class _Decoded:
    """What the decode check gave: pixels, and the input of each model that is in service."""

    pixels: StoredPixels | None  # where they are worth keeping
    specs: Sequence[InputSpec]
    inputs: Sequence[ModelInput | None]
    sha256: str
    look: str


def ingest_file(content: Path | Iterable[bytes], sender: Sender) -> IngestOutcome:
    """Takes one file and says what became of it; a refused file is an outcome, not an exception.

    Errors of `content` itself (a broken connection, a damaged zip member) pass through; nothing is left then.
    """
    refusal = reserve_refusal()  # before a byte is written
    if refusal:
        return _refuse(sender, refusal)
    if isinstance(content, Path):
        with content.open("rb") as handle:
            arrival = receive_file(read_chunks(handle), sender)
    else:
        arrival = receive_file(content, sender)
    return settle_file(arrival, sender, lambda path: examine(path, input_specs(sender.project)))


def receive_file(content: Iterable[bytes], sender: Sender) -> Received | NotReceived:
    """The first step of `ingest_file`, without the database: a thread may run ahead with it."""
    start, chunks = _started(iter(content))
    why = system_file_reason(sender.name, start) if sender.passes_over else None
    if why:
        return NotReceived(why, is_ignored=True)
    try:
        return receive(chunks, settings.MAX_FILE_BYTES)
    except FileTooLarge:
        return NotReceived(reason("too_large", f"The file is larger than {settings.MAX_FILE_BYTES // 2**20} MiB."))
    except StorageFull:
        return NotReceived(reason("storage_full"))


def examine(path: Path, specs: Sequence[InputSpec]) -> Examined:
    """The second step, without the database. Raises DicomRefusal, StorageFull and MachineFault."""
    return children.examine(path, accepted_objects(), file_limits(), specs)


def settle_file(arrival: Received | NotReceived, sender: Sender, examined: Callable[[Path], Examined]) -> IngestOutcome:
    """The rest: stores what has arrived, or says why not. examined: gives what `examine` gave or gives of the file."""
    try:
        if isinstance(arrival, NotReceived):
            return _ignore(sender, arrival.why) if arrival.is_ignored else _refuse(sender, arrival.why)
        refusal = reserve_refusal()  # of a zip or a folder this may be half way
        return _refuse(sender, refusal) if refusal else _take(arrival, sender, examined)
    except StorageFull:
        return _refuse(sender, reason("storage_full"))
    except QuotaExceeded as full:
        return _refuse(sender, full.why)
    except MachineFault:  # never the file's fault: it is not put into quarantine, the sender keeps it
        return _refuse(sender, reason("machine_fault"))
    finally:
        if isinstance(arrival, Received):
            arrival.path.unlink(missing_ok=True)


def input_specs(project: Project) -> list[InputSpec]:
    """What the models of `project` in service take."""
    return [spec for hook in model_input_hooks for spec in hook(project)]


def _take(received: Received, sender: Sender, examined: Callable[[Path], Examined]) -> IngestOutcome:
    refusal = quota_refusal(sender.user, received.bytes)
    if refusal:
        return _refuse(sender, refusal)
    if is_zip(received.path):
        return _quarantine(received, sender, reason("zip_nested"))
    try:
        found = examined(received.path)
    except DicomRefusal as error:
        why = media_directory_reason(error) if sender.passes_over else None
        return _ignore(sender, why) if why else _quarantine(received, sender, reason_of(error))
    known = _known(sender.project, found.header)
    if known:
        return _settle_known(known, received, sender)
    return _store(received, found, sender)


def _store(received: Received, examined: Examined, sender: Sender) -> IngestOutcome:
    """Stores the file, or a repaired copy that is decoded and prepared for the model in service first."""
    copy, header = received.path, examined.header
    try:
        if header.repairs:
            copy = new_incoming_path()
            with disk_full_is_told():
                copy.touch(mode=0o600)
                write_repaired(received.path, copy, header)
        try:
            decoded, tolerated = _decoded(copy, examined)
            header = _with_tolerated(header, tolerated)
        except DicomRefusal as error:
            return _quarantine(received, sender, reason_of(error))
        return _commit(received, copy, header, decoded, sender)
    finally:
        copy.unlink(missing_ok=True)


def _decoded(copy: Path, examined: Examined) -> tuple[_Decoded, Sequence[str]]:
    """What the decode check gave and the faults that it tolerated. Raises DicomRefusal when `copy` cannot be decoded."""
    specs = examined.specs
    if examined.is_decoded:
        return _Decoded(examined.pixels, specs, examined.inputs, examined.sha256, examined.look), examined.tolerated
    pixels, inputs = children.decode_and_prepare(copy, examined.header, specs)
    kept = None if frames.is_quick(examined.header) else pixels
    return _Decoded(kept, specs, inputs, pixels.sha256, look_hash(pixels.values)), pixels.tolerated


def _commit(received: Received, copy: Path, header: DicomHeader, decoded: _Decoded, sender: Sender) -> IngestOutcome:
    image = Image(
        **image_columns(header),
        project=sender.project,
        received_sha256=received.sha256,
        stored_sha256=file_sha256(copy) if header.repairs else received.sha256,
        pixel_sha256=decoded.sha256,
        look_hash=decoded.look,
        bytes=copy.stat().st_size,
        storage_key=uuid.uuid4(),
        original_name=column_text(shown_name(sender.name) if sender.name else "", "original_name"),
        uploaded_by=sender.user,
    )
    is_repaired = bool(header.repairs)
    status = Status.REPAIRED if is_repaired else Status.ACCEPTED
    outcome = IngestOutcome(status, reason("repaired") if is_repaired else None, 200, image)
    stored = key_path(image.storage_key)
    keep_inputs(image, decoded.specs, decoded.inputs)  # first: a worker may have the job the moment it is committed
    # From here to the commit the repaired copy or the received file lies under its key and nowhere else.
    try:
        move_durably(copy, stored)
        with disk_full_is_told(), transaction.atomic():
            image.save(force_insert=True)
            require_within_quota(sender.user)  # again: others may have come in since the first question
            run_image_stored(image)
            _record_stored(image, sender)
            sender.report(outcome)
    except IntegrityError:
        stored.replace(copy)
        frames.forget(image)
        known = _known(sender.project, header)
        if known is None:
            raise
        return _settle_known(known, received, sender)  # the same image came in by another request in the meantime
    except BaseException:
        _remove_unless_committed(image, stored)
        raise
    if decoded.pixels is not None:
        frames.keep_decoded(image, decoded.pixels)
    return outcome


def run_image_stored(image: Image) -> None:
    for hook in image_stored_hooks:
        hook(image)


def _settle_known(known: Image, received: Received, sender: Sender) -> IngestOutcome:
    """Same content: nothing changes. Other content: the first stays untouched, the new one goes to quarantine."""
    if known.received_sha256 != received.sha256:
        return _quarantine(received, sender, reason("uid_conflict"))
    why = reason("duplicate")
    outcome = IngestOutcome(Status.DUPLICATE, why, why.http, known)
    with disk_full_is_told(), transaction.atomic():
        audit.record(sender.user, "image.duplicate", f"image:{known.pk}", source=sender.source)
        sender.report(outcome)
    return outcome


def _quarantine(received: Received, sender: Sender, why: Reason) -> IngestOutcome:
    """Keeps the bytes apart; when the disk is too full for that, the reason becomes storage_full."""
    outcome = IngestOutcome(Status.QUARANTINED, why, why.http)
    with disk_full_is_told(), quarantine(received, why.code, sender.user, sender.source, sender.name):
        sender.report(outcome)
    return outcome


def _refuse(sender: Sender, why: Reason) -> IngestOutcome:
    """A file of which nothing could be kept: too large, over quota, disk full."""
    outcome = IngestOutcome(Status.QUARANTINED, why, why.http)
    with disk_full_is_told(), transaction.atomic():
        audit.record(sender.user, "file.refused", "file:not_kept", code=why.code, source=sender.source)
        sender.report(outcome)
    return outcome


def _ignore(sender: Sender, why: Reason) -> IngestOutcome:
    """A file that is plainly no image: nothing of it is kept but the line in the report."""
    outcome = IngestOutcome(Status.IGNORED, why, why.http)
    with disk_full_is_told(), transaction.atomic():
        audit.record(sender.user, "file.ignored", "file:not_kept", code=why.code, source=sender.source)
        sender.report(outcome)
    return outcome


def _started(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first START_BYTES bytes, fewer when there are no more, and all chunks with them."""
    read: list[bytes] = []
    while sum(map(len, read)) < START_BYTES and (chunk := next(chunks, None)) is not None:
        read.append(chunk)
    return b"".join(read)[:START_BYTES], chain(read, chunks)


def is_zip(path: Path) -> bool:
    """By content: a zip signature at the start, and no DICM prefix (a preamble may say anything)."""
    with path.open("rb") as handle:
        return starts_like_zip(handle.read(132))


def starts_like_zip(start: bytes) -> bool:
    return start[:4] in (b"PK\x03\x04", b"PK\x05\x06") and start[128:132] != b"DICM"


def accepted_objects() -> Accept:
    """SOP classes and modalities taken here (the setting DICOM_ACCEPT, or the documented lists), and faults tolerated."""
    accept: Accept = getattr(settings, "DICOM_ACCEPT", None) or Accept()
    return replace(accept, tolerances=without(settings.DICOM_TOLERANCES_OFF))


def _with_tolerated(header: DicomHeader, tolerated: Sequence[str]) -> DicomHeader:
    """The header with the faults that the decoder saw. Raises DicomRefusal decoder_error for one that is switched off."""
    off = [name for name in tolerated if name not in accepted_objects().tolerances]
    if off:
        raise DicomRefusal("decoder_error", f"the pixels need the tolerance {off[0]}, which is switched off here")
    return replace(header, warnings=(*header.warnings, *tolerated))


def file_limits() -> Limits:
    return Limits(file_bytes=settings.MAX_FILE_BYTES)


def _known(project: Project, header: DicomHeader) -> Image | None:
    return Image.objects.filter(project=project, sop_instance_uid=header.sop_instance_uid).first()


def _record_stored(image: Image, sender: Sender) -> None:
    audit.record(
        sender.user,
        "image.stored",
        f"image:{image.pk}",
        source=sender.source,
        bytes=image.bytes,
        received_sha256=image.received_sha256,
        stored_sha256=image.stored_sha256,
        repairs=image.repairs,
    )
    for name in TOLERANCES:
        if name in image.warnings:
            audit.record(sender.user, "image.tolerated", tolerance_target(name), image=str(image.pk))


def tolerance_target(name: str) -> str:
    """Of the events that say of one tolerance which images needed it; the page of operations counts them."""
    return f"tolerance:{name}"


def _remove_unless_committed(image: Image, stored: Path) -> None:
    """An error after the commit (in somebody's on_commit) must not take a stored image's file away."""
    if Image.objects.filter(pk=image.pk).exists():
        logger.error("image %s was stored, but something that follows its commit failed", image.pk)
    else:
        stored.unlink(missing_ok=True)
        frames.forget(image)
