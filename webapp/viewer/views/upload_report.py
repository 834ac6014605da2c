"""`/uploads/{id}/`: what became of each file that was sent."""

import uuid

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from webapp.accounts.policy import may_see_upload, require
from webapp.archive.models import Upload, UploadItem

DOTS = {
    "accepted": "reader",
    "repaired": "reader",
    "duplicate": "idle",
    "ignored": "idle",
    "quarantined": "stop",
    "pending": "focus",
}
TITLES = {
    "accepted": "accepted",
    "repaired": "repaired",
    "duplicate": "already here",
    "ignored": "ignored",
    "quarantined": "refused",
    "pending": "waiting",
}


@login_required
@require_GET
def upload_report(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """404 for an unknown id; 403 for another person who is neither manager nor admin."""
    upload = Upload.objects.select_related("user").filter(pk=upload_id).first()
    if upload is None:
        raise Http404("no upload has this id")
    require(may_see_upload(request.user, upload))
    items = upload.items.select_related("image", "parent").order_by("position")
    files = [_line(item) for item in items if not (item.is_container and item.status != UploadItem.Status.QUARANTINED)]
    files.sort(key=lambda file: not file["is_refused"])  # what needs a hand comes first, else in the order of arrival
    counts = dict(items.filter(is_container=False).order_by().values_list("status").annotate(n=Count("pk")))
    context = {
        "upload": upload,
        "files": [file for file in files if not file["is_ignored"]],
        "ignored": [file for file in files if file["is_ignored"]],
        "counts": [(TITLES[status], counts[status], DOTS[status]) for status in TITLES if counts.get(status)],
        "is_done": upload.state == Upload.State.DONE,
        "progress": {"read": len(files) - counts.get("pending", 0), "total": len(files)},
    }
    return render(request, "viewer/upload_report.html", context)


def _line(item: UploadItem) -> dict[str, object]:
    return {
        "name": item.name,
        "archive": item.parent.name if item.parent else "",
        "title": TITLES.get(item.status, item.status),
        "dot": DOTS.get(item.status, "idle"),
        "is_refused": item.status == UploadItem.Status.QUARANTINED,
        "is_ignored": item.status == UploadItem.Status.IGNORED,
        "text": item.reason_text,
        "action": item.reason_action,
        "image": item.image,
    }
