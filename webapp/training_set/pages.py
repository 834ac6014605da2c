"""`/failures/training-set/`: what the next model could learn from reviewed cases, what is left out and why, and the check of
pixels for burned-in text that some images need before their copies may leave."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_export_training_set, require
from webapp.archive.deidentify.preview_check_api import record_preview_check
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Project
from webapp.reveal.label_kind import LabelKind
from webapp.sentinel.look_counts import look_counts
from webapp.training_set.ready_cases import sorted_by_release
from webapp.training_set.select_cases import ReviewedCase, select_cases

SHOWN = 100  # rows of a list; the counts are of all
TITLES = {
    "unchecked": "to be looked at first",
    "text_seen": "text seen in the pixels",
    "damaged": "stored file damaged",
    "unreadable": "file cannot be rewritten",
    "machine_fault": "the server could not read it",
    "not_frontal": "not a frontal view",
    "other_file": "reviews are of another file",
    "no_label": "no answer to learn from",
    "first_look": "look before the model still open",
    "in_study": "in a reader study under way",
}


@login_required
@require_GET
def training_set(request: HttpRequest) -> HttpResponse:
    """Counts, reasons and the list to be looked at; managers and admins."""
    require(may_export_training_set(request.user))
    project = Project.default()
    selection = select_cases(request.user, project)
    ready, to_check, held = sorted_by_release(selection.cases, project)
    left_out = [one for one in (*selection.left_out, *held) if one.case]
    context = {
        "ready": len(ready),
        "looks": look_counts(project),
        "share": project.sentinel_share,
        "findings": _counts(ready, selection.findings),
        "to_check": to_check[:SHOWN],
        "unchecked": len(to_check),
        "reasons": [
            {"title": TITLES[code], "count": count}
            for code, count in Counter(one.code for one in left_out).most_common()
        ],
        "left_out": [{"case": one.case, "title": TITLES[one.code], "text": one.text} for one in left_out[:SHOWN]],
        "download": reverse("training_set_export"),
    }
    return render(request, "training_set/training_set.html", context)


@form_post("training_set")
def training_set_check(request: HttpRequest, image_id: str) -> HttpResponse:
    """Records what the person saw in the pixels: `verdict` clear or text."""
    require(may_export_training_set(request.user))
    image = image_or_404(request.user, image_id)
    verdict = request.POST.get("verdict", "")
    if verdict not in ("clear", "text"):
        return HttpResponse(
            f"verdict {verdict[:20]!r} is not one of clear, text", status=400, content_type="text/plain"
        )
    record_preview_check(request.user, image, verdict == "clear")
    return HttpResponseRedirect(reverse("training_set"))


def _counts(cases: list[ReviewedCase], findings: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    for name in findings:
        labels = [case.labels[name] for case in cases if name in case.labels]
        values = Counter(label.value for label in labels)
        kinds = Counter(label.kind for label in labels)
        rows.append(
            {
                "name": name.replace("_", " "),
                "present": values[1],
                "absent": values[0],
                "uncertain": values[-1],
                "blank": len(cases) - len(labels),
                "boxes": sum(len(label.places) for label in labels),
                "kinds": [kinds[kind] for kind in LabelKind],
            }
        )
    return rows
