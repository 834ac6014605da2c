"""Figures of files for the operations page and /metrics: codes, counts and sizes; nothing of patients."""

from collections.abc import Iterable

from django.db.models import Count, Sum

from inference.dicom.tolerances import TOLERANCES
from webapp.archive.ingest import accepted_objects, tolerance_target
from webapp.archive.models import QuarantinedFile, UploadItem
from webapp.audit.models import AccessEvent
from webapp.work.metric_family import Family, counter, gauge


def quarantined_by_code() -> list[tuple[str, int, int]]:
    """(code, files, bytes) of what lies in quarantine, most files first."""
    rows = QuarantinedFile.objects.values_list("code").annotate(count=Count("id"), size=Sum("bytes"))
    return list(rows.order_by("-count", "code"))


def tolerated() -> list[tuple[str, str, int, bool]]:
    """(name, sentence, images that needed it since the site began, whether it is on) of every tolerance."""
    taken = accepted_objects().tolerances
    return [
        (name, text, AccessEvent.objects.filter(target=tolerance_target(name)).count(), name in taken)
        for name, text in TOLERANCES.items()
    ]


def uploads_by_status() -> dict[str, int]:
    """Files of uploads by status; a zip counts by its members."""
    rows = UploadItem.objects.filter(is_container=False).values_list("status")
    return dict(rows.annotate(count=Count("id")).order_by("status"))


def metric_families() -> Iterable[Family]:
    quarantined = gauge("quarantined_files", "Files in quarantine by the code of their refusal.", "code")
    for code, count, _ in quarantined_by_code():
        quarantined.add_metric((code,), count)
    yield quarantined
    faults = counter(
        "tolerated_images", "Images stored although their file has a fault, by the tolerance.", "tolerance"
    )
    for name, _, images, _ in tolerated():
        faults.add_metric((name,), images)
    yield faults
    uploads = counter("upload_files", "Files of uploads by status.", "status")
    for status, count in uploads_by_status().items():
        uploads.add_metric((status,), count)
    yield uploads
