"""What every page of a study does first: find the study for a member, ask the policy, say what there is beside it."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from reader_study import policy
from reader_study.models import Study
from reader_study.results.debrief import may_see_debrief
from reader_study.visible import visible_to
from webapp.accounts.policy import Person, Refusal

May = Callable[[Person, Study], Refusal | None]
Page = Callable[..., HttpResponse]

# url name, title, who may see it
SECTIONS: tuple[tuple[str, str, May], ...] = (
    ("study", "Overview", policy.may_see_study),
    ("study_protocol", "Protocol", policy.may_see_protocol),
    ("study_people", "People", policy.may_see_people),
    ("study_cases", "Cases", policy.may_see_cases),
    ("study_sizing", "Sizing", policy.may_size),
    ("study_allocation", "Allocation", policy.may_see_allocation),
    ("study_truth", "Truth", policy.may_see_truth_queue),
    ("study_failures", "Failures", policy.may_see_failures),
    ("study_look_alikes", "Look-alikes", policy.may_see_cases),
    ("study_progress", "Progress", policy.may_see_allocation),
    ("study_results", "Results", policy.may_see_results),
    ("study_debrief", "My results", may_see_debrief),
)


def study_page(may: May = policy.may_see_study) -> Callable[[Page], Page]:
    """The page gets the study instead of its id. 404 for strangers, unknown ids and memberships that have ended; 403 for a
    member without the right; 409 as a page when the study is in another state."""

    def decorate(page: Page) -> Page:
        @wraps(page)
        def answer(request: HttpRequest, study_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
            study = visible_to(Study.objects.all(), request.user).filter(pk=study_id).first()
            if study is None:
                raise Http404("no study has this id")
            refusal = may(request.user, study)
            if refusal is None:
                return page(request, study, **kwargs)
            if refusal.code == "wrong_state":
                return study_answer(request, study, "not_now", {"text": refusal.text}, status=409)
            raise PermissionDenied(refusal.text)

        return login_required(answer)

    return decorate


def study_answer(
    request: HttpRequest, study: Study, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Renders reader_study/TEMPLATE.html with the study's navigation; never cached."""
    with policy.roles_asked_once(request.user, study) as roles:
        sections = [(name, title) for name, title, may in SECTIONS if may(request.user, study) is None]
    whole = {"study": study, "roles": roles, "sections": sections, "section": template, **context}
    response = render(request, f"reader_study/{template}.html", whole, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
