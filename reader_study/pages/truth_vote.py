"""`/studies/{id}/truth/{id}/`: a panel member's vote. Drawn by the viewer, which asks the study's API for everything else."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from reader_study import policy
from reader_study.documents.page_bodies import VoteBoot
from reader_study.models import Study, Truth
from reader_study.pages.access import study_page
from reader_study.pages.truth import waiting_for_chair
from reader_study.services.vote_truth import truth_queue
from reader_study.visible import visible_to
from webapp.accounts.policy import require_person
from webapp.built_viewer import is_built

ENTRY = "src/truth_vote.tsx"


@study_page(policy.may_vote)
@require_safe
def truth_vote(request: HttpRequest, study: Study, truth_id: uuid.UUID) -> HttpResponse:
    """404 for a truth of another study; 503 with what to do when the viewer has not been built."""
    row = get_object_or_404(visible_to(Truth.objects.all(), request.user), pk=truth_id, case__study=study)
    if not is_built(ENTRY):
        return render(request, "viewer/not_built.html", status=503)
    user = require_person(request.user)
    is_chair = policy.may_adjudicate(user, study) is None
    waiting = [*truth_queue(user, study), *(waiting_for_chair(study) if is_chair else [])]
    queue = [one for one in waiting if one.pk != row.pk]
    boot: VoteBoot = {
        "title": study.title,
        "case": row.case.code,
        "finding": row.finding,
        "is_chair": is_chair,
        "user": {"username": user.get_username()},
        "csrf": get_token(request),
        "urls": {
            "api": f"/api/studies/{study.pk}/truth/{row.pk}/",
            "back": f"/studies/{study.pk}/truth/",
            "next": f"/studies/{study.pk}/truth/{queue[0].pk}/" if queue else f"/studies/{study.pk}/truth/",
        },
    }
    response = render(request, "reader_study/truth_vote.html", {"boot": boot, "entry": ENTRY})
    response.headers["Cache-Control"] = "no-store"
    return response
