"""`/studies/{id}/read/`: the reading page of a study. It knows no image: the script asks the study's API what comes next."""

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from reader_study import policy
from reader_study.documents.page_bodies import StudyBoot
from reader_study.models import Study
from reader_study.services.require_display_check import lacks_display_check
from reader_study.visible import visible_to
from webapp.accounts.policy import require_person
from webapp.accounts.sitting import sitting_of
from webapp.built_viewer import is_built

ENTRY = "src/study_reading.tsx"


@login_required
@require_GET
def study_reading(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """Readers of the study only; to everybody else there is no such page."""
    study = visible_to(Study.objects.all(), request.user).filter(pk=study_id).first()
    if study is None or policy.may_read(request.user, study):
        raise Http404("no study has this id")
    if lacks_display_check(require_person(request.user), study, sitting_of(request.session)):
        return HttpResponseRedirect(f"{reverse('display_check')}?{urlencode({'next': request.path})}")
    if not is_built(ENTRY):
        return render(request, "viewer/not_built.html", status=503)
    boot: StudyBoot = {
        "study": str(study.pk),
        "title": study.title,
        "user": {"username": require_person(request.user).get_username()},
        "csrf": get_token(request),
        "urls": {
            "api": f"/api/studies/{study.pk}/",
            "study": f"/studies/{study.pk}/",
            "scheme": reverse("failure_scheme"),
            "sign_in": reverse("sign_in"),
        },
        "undo_ms": 1000 * settings.SUBMIT_UNDO_SECONDS,
    }
    response = render(request, "reader_study/study_reading.html", {"entry": ENTRY, "boot": boot})
    response.headers["Cache-Control"] = "no-store"
    return response
