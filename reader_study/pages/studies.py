"""`/studies/`: the person's own studies, and making a new one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from reader_study import policy
from reader_study.models import Study
from reader_study.refusal import StudyRefused
from reader_study.services.create_study import create_study
from reader_study.visible import visible_to
from webapp.accounts.form_post import form_post
from webapp.accounts.policy import require_person


@login_required
@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """Only studies in which the person is a member: nobody learns of others."""
    user = require_person(request.user)
    roles: dict[UUID, list[str]] = {}
    for member in policy.current_memberships().filter(user=user).select_related("study"):
        roles.setdefault(member.study_id, []).append(member.get_role_display())  # type: ignore[attr-defined]
    rows = [(study, ", ".join(sorted(roles[study.pk]))) for study in visible_to(Study.objects.all(), user)]
    context = {"rows": rows, "may_create": policy.may_create_study(user) is None, "kinds": Study.Kind.choices}
    return render(request, "reader_study/studies.html", context)


@form_post("studies")
def add_study(request: HttpRequest) -> HttpResponse:
    user = require_person(request.user)
    try:
        study = create_study(user, request.POST.get("title", ""), request.POST.get("kind", "reading"))
    except StudyRefused as refusal:
        messages.error(request, refusal.text)
        return redirect("studies")
    return redirect("study", study.pk)
