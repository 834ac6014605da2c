"""`/studies/{id}/look-alikes/`: what a study hides for its look alone, beside the case, and the manager's release of it."""

import uuid
from functools import partial

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe
from PIL import Image as Picture

from inference.look_hash import ALIKE, look_distances
from inference.map_drawing import png
from reader_study import policy
from reader_study.models import Study
from reader_study.pages.access import study_answer, study_page
from reader_study.refusal import StudyRefused
from reader_study.services.release_look_alike import look_alike_or_404, look_alikes, release_look_alike
from webapp import audit
from webapp.accounts.policy import require_person
from webapp.archive.frame import frames
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.form_action import act

LONGEST_SIDE = 640  # pixels of a picture on this page
STEP = 257  # of 16 bits to 8


@study_page(policy.may_see_cases)
@require_safe
def study_look_alikes(request: HttpRequest, study: Study) -> HttpResponse:
    rows = [(row, _distance(row.case.image, row.image)) for row in look_alikes(require_person(request.user), study)]
    may_release = policy.may_release_look_alike(request.user, study) is None
    return study_answer(request, study, "look_alikes", {"rows": rows, "most": ALIKE, "may_release": may_release})


@study_page(policy.may_see_cases)
@require_safe
def look_alike_picture(request: HttpRequest, study: Study, hidden_id: uuid.UUID, which: str) -> HttpResponse:
    """PNG of the `case`, or of the `image` that looks like it, small."""
    person = require_person(request.user)
    try:
        row = look_alike_or_404(person, study, hidden_id)
        image = {"case": row.case.image, "image": row.image}[which]
        gray = frames.display(image).samples
    except (StudyRefused, KeyError, IntegrityMismatch):
        raise Http404("no such picture") from None
    audit.record(person, "image.view_frame", f"image:{image.pk}", purpose="reader study")
    picture = Picture.fromarray((gray // STEP).astype(np.uint8))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return HttpResponse(png(picture), content_type="image/png", headers={"Cache-Control": "no-store"})


@study_page(policy.may_see_cases)
@require_POST
def release_study_look_alike(request: HttpRequest, study: Study, hidden_id: uuid.UUID) -> HttpResponse:
    work = partial(release_look_alike, require_person(request.user), study, hidden_id, request.POST.get("reason", ""))
    return act(request, work, "It is released: this case hides it no more.", "study_look_alikes", study.pk)


def _distance(case: Image, image: Image) -> int | None:
    """Bits that differ now; None where one has no hash of its look any more."""
    if not case.look_hash or not image.look_hash:
        return None
    return int(look_distances(case.look_hash, [image.look_hash])[0])
