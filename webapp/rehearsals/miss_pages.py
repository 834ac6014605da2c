"""`/models/rehearsals/N/misses/…`: one new miss, the maps of both models side by side. To managers and admins alone, and to nobody
from whom a study or a first look hides the image."""

from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from inference.overlay import map_picture
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_see_rehearsals, may_use_labels, require, require_person
from webapp.archive.frame import frames
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.rehearsals.misses import REASON_CHARACTERS
from webapp.rehearsals.models import MissMap, Rehearsal
from webapp.rehearsals.rows import bundle_names, finding_titles

MODELS = {"in-service": "in_service_id", "candidate": "candidate_id"}
FULL = 65535.0  # of a display frame


@login_required
@require_safe
def miss(request: HttpRequest, number: int, image: UUID, finding: str) -> HttpResponse:
    """What either model said and shows, and the tick."""
    person, row, picture, own = _miss(request, number, image, finding)
    names, maps = bundle_names(row), {one.bundle_id: one for one in row.maps.filter(image=picture, finding=finding)}  # type: ignore[attr-defined]
    audit.record(person, "see_rehearsal_miss", f"image:{picture.pk}", number=row.number, finding=finding)
    models = [
        {
            "key": key,
            "title": "In service" if key == "in-service" else "Candidate",
            "name": names.get(getattr(row, column), getattr(row, column)[:12]),
            "number": own["in_service" if key == "in-service" else "candidate"],
            "map": maps.get(getattr(row, column)),
        }
        for key, column in MODELS.items()
    ]
    ticked = row.ticks.filter(image=picture, finding=finding).select_related("created_by").first()  # type: ignore[attr-defined]
    title = finding_titles(row).get(finding, finding)
    context = {"row": row, "image": picture, "finding": finding, "title": title, "models": models, "tick": ticked}
    return _no_store(render(request, "rehearsals/miss.html", context | {"reason_characters": REASON_CHARACTERS}))


@login_required
@require_safe
def miss_picture(request: HttpRequest, number: int, image: UUID, finding: str, model: str) -> HttpResponse:
    """PNG of the image with one model's map over it."""
    person, row, picture, _ = _miss(request, number, image, finding)
    if model not in MODELS:
        raise Http404
    kept = get_object_or_404(
        MissMap, rehearsal=row, image=picture, finding=finding, bundle_id=getattr(row, MODELS[model])
    )
    if kept.why_none:
        raise Http404
    try:
        gray = frames.display(picture).samples.astype(np.float32) / FULL
    except IntegrityMismatch:
        raise Http404 from None
    audit.record(person, "see_rehearsal_map", f"image:{picture.pk}", number=row.number, finding=finding, model=model)
    values = np.frombuffer(bytes(kept.values), "<f4").reshape(kept.rows, kept.columns)
    drawn = map_picture(gray, values, kept.threshold, tuple(kept.region), kept.boxes, _caption(row, kept))
    return _no_store(HttpResponse(drawn, content_type="image/png"))


def _miss(
    request: HttpRequest, number: int, image: UUID, finding: str
) -> tuple[User, Rehearsal, Image, dict[str, Any]]:
    """Raises PermissionDenied, and Http404 for what is no new miss of the rehearsal."""
    person = require_person(request.user)
    require(may_see_rehearsals(person))
    row = get_object_or_404(Rehearsal.objects.select_related("project", "verdict"), number=number)
    misses = row.verdict.report["misses"] if hasattr(row, "verdict") else []
    own = next((one for one in misses if (one["image"], one["finding"]) == (str(image), finding)), None)
    if own is None:
        raise Http404
    picture = Image.objects.get(pk=image)
    require(may_use_labels(person, picture))
    return person, row, picture, own


def _caption(row: Rehearsal, kept: MissMap) -> tuple[str, str]:
    name = bundle_names(row).get(kept.bundle_id, "")
    return f"{finding_titles(row).get(kept.finding, kept.finding)}. {kept.method}", f"{name} ({kept.bundle_id[:12]})"


def _no_store(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
