"""Figures of files for the operations page and /metrics: codes, counts and sizes; nothing of patients."""

from collections.abc import Iterable

from django.db.models import Count, Sum

from webapp.archive.models import QuarantinedFile, UploadItem
from webapp.work.metric_family import Family, counter, gauge


def quarantined_by_code() -> list[tuple[str, int, int]]:
    """(code, files, bytes) of what lies in quarantine, most files first."""
    rows = QuarantinedFile.objects.values_list("code").annotate(count=Count("id"), size=Sum("bytes"))
    return list(rows.order_by("-count", "code"))


def uploads_by_status() -> dict[str, int]:
    """Files of uploads by status; a zip counts by its members."""
    rows = UploadItem.objects.filter(is_container=False).values_list("status")
    return dict(rows.annotate(count=Count("id")).order_by("status"))


def metric_families() -> Iterable[Family]:
    quarantined = gauge("quarantined_files", "Files in quarantine by the code of their refusal.", "code")
    for code, count, _ in quarantined_by_code():
        quarantined.add_metric((code,), count)
    yield quarantined
    uploads = counter("upload_files", "Files of uploads by status.", "status")
    for status, count in uploads_by_status().items():
        uploads.add_metric((status,), count)
    yield uploads
