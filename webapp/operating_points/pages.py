"""`/operating-points/`: the case mix of each project."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_state_case_mix, require_person
from webapp.archive.models import Project
from webapp.form_action import act
from webapp.operating_points.case_mix import SOURCE_CHARACTERS, case_mix_of, known_findings, state_case_mix

PREVALENCE = "prevalence-"


@login_required
@require_safe
def operating_points(request: HttpRequest) -> HttpResponse:
    """Everybody reads what is stated; managers and admins state it."""
    person = require_person(request.user)
    Project.default()
    context = {
        "projects": [_section(project) for project in Project.objects.order_by("name", "slug")],
        "may_state": may_state_case_mix(person) is None,
        "source_characters": SOURCE_CHARACTERS,
    }
    response = render(request, "operating_points/operating_points.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@form_post("operating_points")
def change_case_mix(request: HttpRequest, slug: str) -> HttpResponse:
    """The fields of one project's form, all at once."""
    person, form = require_person(request.user), request.POST
    project = get_object_or_404(Project, slug=slug)
    percents = {name.removeprefix(PREVALENCE): str(form[name]) for name in form if name.startswith(PREVALENCE)}
    work = partial(state_case_mix, person, project, percents, form.get("images_a_day", ""), form.get("source", ""))
    return act(request, work, f"The case mix of {project} is kept.", "operating_points")


def _section(project: Project) -> dict[str, object]:
    mix = case_mix_of(project)
    stated = mix.prevalences if mix else {}
    rows = [
        {"key": key, "title": title, "field": PREVALENCE + key, "percent": _percent(stated.get(key))}
        for key, title in known_findings(project).items()
    ]
    return {"project": project, "mix": mix, "rows": rows}


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.6g}"
