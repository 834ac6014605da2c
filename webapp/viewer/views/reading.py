"""`/images/{id}/`: the reading page. The server writes the boot document; the built viewer draws everything.

The page stays while its reader goes from case to case: each further one is opened by `POST /api/images/{id}/opening/`, which
checks and records as the page itself does. Nothing is shown of a case before that has been answered.
"""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inference.exam import CONTRADICTION, UNKNOWN_TERM
from webapp import audit
from webapp.accounts.sitting import sitting_of
from webapp.archive.exam import exam_of
from webapp.archive.lookup import image_or_404
from webapp.archive.models import Image
from webapp.archive.view_positions import view_label
from webapp.built_viewer import is_built
from webapp.display_check.ask_and_judge import passed_in
from webapp.json_bodies import ref
from webapp.sentinel.look_document import look_document
from webapp.sentinel.waiting import hidden_otherwise
from webapp.viewer.case_hanging import case_hanging, hanging_ahead
from webapp.viewer.case_list import CaseList, case_list
from webapp.viewer.own_keys import keys_of
from webapp.viewer.page_bodies import BootDocument, OpenedCase, Place
from webapp.viewer.worklist.labels import age_label
from webapp.viewer.worklist.neighbours import Neighbours, remember_opened

ENTRY = "src/reading.tsx"


@login_required
@require_GET
def reading(request: HttpRequest, image_id: uuid.UUID) -> HttpResponse:
    """404 for an unknown id; 503 with what to do when the viewer has not been built."""
    image = image_or_404(request.user, image_id)
    if not is_built(ENTRY):
        return render(request, "viewer/not_built.html", status=503)
    listed = _opened(request, image)
    boot = boot_document(request, image, listed)
    context = {"entry": ENTRY, "image": image, "place": _place(listed.place), "boot": boot}
    return render(request, "viewer/reading.html", context)


class CaseOpening(APIView):
    """A further case of the list, opened by a reading page that stays."""

    @extend_schema(operation_id="open_case", request=None, responses={(200, "application/json"): ref(OpenedCase)})
    def post(self, request: Request, key: str) -> Response:
        """The list's codes stand in the query, as in the page's own address."""
        image = image_or_404(request.user, key)
        page = request._request  # the CSRF token and the session belong to Django's own
        listed = _opened(page, image)
        return Response(OpenedCase(boot=boot_document(page, image, listed), place=_place(listed.place)))


def _opened(request: HttpRequest, image: Image) -> CaseList:
    """Opening a case is recorded before anything of it is sent."""
    listed = case_list(request, image)
    remember_opened(request.session, image)
    audit.record(request.user, "open", f"image:{image.pk}")
    return listed


def _place(place: Neighbours) -> Place:
    return {
        "previous": str(place.previous) if place.previous else None,
        "next": str(place.next) if place.next else None,
        "ahead": [str(image) for image in place.following],
        "position": str(place.position),
        "count": str(place.count),
    }


def boot_document(request: HttpRequest, image: Image, listed: CaseList) -> BootDocument:
    """What the page's script needs before its first request."""
    user: Any = request.user
    api, sitting = f"/api/images/{image.pk}/", sitting_of(request.session)
    checked = passed_in(user, sitting)
    return {
        "image": {
            "id": str(image.pk),
            "sop_instance_uid": image.sop_instance_uid,
            "code": image.code,
            "patient": {
                "name": image.patient_name,
                "id": image.patient_id,
                "birth_date": image.patient_birth_date,
                "sex": image.patient_sex,
                "age": _age(image),
                "age_problem": _age_problem(image),
            },
            "study_date": image.study_date.isoformat() if image.study_date else None,
            "accession": image.accession_number,
            "view": view_label(image.view),
            "modality": image.modality,
            "laterality": image.laterality,
            "warnings": image.warnings,
            "rows": image.rows,
            "columns": image.columns,
            "look_first_project": image.project.name if image.project.look_first else "",
        },
        "sitting": sitting,
        "display_checked_at": checked.answered_at.isoformat() if checked and checked.answered_at else None,
        "answer_first": None if hidden_otherwise(user, image) else look_document(user, image),
        "user": {
            "username": user.get_username(),
            "role": user.role,
            "look_first": user.look_first,
            "keys": keys_of(user),
        },
        "hanging": case_hanging(user, image),
        "hanging_ahead": hanging_ahead(user, listed.place.following),
        "urls": {
            "header": f"{api}header/",
            "frame": f"{api}frame/",
            "predictions": f"{api}predictions/",
            "reviews": f"{api}reviews/",
            "scheme": reverse("failure_scheme"),
            "list": listed.address,
            "sign_in": reverse("sign_in"),
            "events": reverse("events"),
            "site_proposals": f"{api}site-proposals/",
            "probes": f"{api}probes/",
        },
        "list_name": listed.name,
        "csrf": get_token(request),
    }


def _age(image: Image) -> str:
    """ "63 y" or "18 mo"; empty when not known."""
    age = age_label(image.age_years)
    return f"{age} y" if age.isdigit() else age


def _age_problem(image: Image) -> str:
    age = exam_of(image).age
    return age.text if age.state in (CONTRADICTION, UNKNOWN_TERM) else ""
