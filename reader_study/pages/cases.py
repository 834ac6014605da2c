"""`/studies/{id}/cases/`: which images are read. Found by filter, added under random codes; truth is never shown here."""

import uuid
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from reader_study import policy
from reader_study.models import Case, Study
from reader_study.pages.access import study_answer, study_page
from reader_study.refusal import StudyRefused
from reader_study.sent_bodies import DECISIONS, CaseFields, CaseFilter
from reader_study.services.choose_cases import (
    add_cases,
    change_case,
    find_images,
    images_named,
    void_case,
)
from reader_study.visible import visible_to
from webapp.accounts.models import User
from webapp.accounts.policy import require_person
from webapp.archive.view_positions import VIEWS
from webapp.form_action import act
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import not_under_embargo
from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.scheme_versions import current_scheme
from webapp.sent_body import read_sent

MOST_SHOWN = 200


@study_page(policy.may_see_cases)
@require_safe
def cases(request: HttpRequest, study: Study) -> HttpResponse:
    """With a filter in the address, the images it finds stand beside the cases."""
    may_edit = policy.may_edit_draft(request.user, study) is None
    criteria = _criteria(request.GET)
    found, error = [], ""
    known = {case.image_id: case for case in study.cases.filter(voided_at=None)}  # type: ignore[attr-defined]
    if may_edit and "find" in request.GET:
        try:
            images = find_images(require_person(request.user), study, read_sent(CaseFilter, criteria, within="filter"))
            found = [(image, known.get(image.pk)) for image in images[:MOST_SHOWN]]
        except StudyRefused as refusal:
            error = refusal.text
    context = {
        "cases": study.cases.select_related("image").order_by("code"),
        "may_edit": may_edit,
        "may_void": policy.may_void(request.user, study) is None,
        "filters": _choices(require_person(request.user)),
        "criteria": criteria,
        "has_searched": "find" in request.GET,
        "found": found,
        "most": MOST_SHOWN,
        "error": error,
        "roles_of_case": Case.Role.choices,
    }
    return study_answer(request, study, "cases", context)


def _criteria(form: QueryDict) -> dict[str, Any]:
    """Given criteria only; `has_failure` is a tick."""
    found: dict[str, Any] = {name: form[name] for name in CaseFilter.model_fields if form.get(name)}
    if "has_failure" in found:
        found["has_failure"] = True
    return found


def _choices(person: User) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(name, label, options) of the filters that are lists. A result that is hidden from the person gives none."""
    results = not_under_embargo(Prediction.objects.all(), person, "image")
    bundles = results.exclude(bundle_id="").values_list("bundle_id", "bundle_name", "bundle_version").distinct()
    named = {key: f"{name} {version}" for key, name, version in bundles.order_by("bundle_name", "bundle_version")}
    newest = results.exclude(document={}).first()
    findings = [(row["key"], row["title"]) for row in (newest.document.get("findings", []) if newest else [])]
    return [
        ("view", "View", [(code, view.title) for code, view in VIEWS.items()]),
        ("bundle", "Model", list(named.items())),
        ("finding", "Finding", findings),
        ("decision", "Model says", [(code, code) for code in DECISIONS]),
        ("verdict", "Reviewed as", [(str(code), str(code).replace("_", " ")) for code in VERDICTS]),
        ("failure_site", "Failure site", list(current_scheme().sites.items())),
    ]


@study_page(policy.may_see_cases)
@require_POST
def add_study_cases(request: HttpRequest, study: Study) -> HttpResponse:
    user, form = require_person(request.user), request.POST
    added: list[Case] = []

    def work() -> None:
        images = images_named(form.getlist("image"))
        added.extend(add_cases(user, study, images, form.get("role", "scored"), form.get("stratum", "").strip()))

    answer = act(request, work, "The cases are added under random codes.", "study_cases", study.pk)
    return answer


@study_page(policy.may_see_cases)
@require_POST
def change_study_case(request: HttpRequest, study: Study, case_id: uuid.UUID) -> HttpResponse:
    case = get_object_or_404(visible_to(Case.objects.all(), request.user), pk=case_id, study=study)
    columns = {name: request.POST[name].strip() for name in ("role", "stratum", "group") if name in request.POST}

    def work() -> None:
        change_case(require_person(request.user), study, case, read_sent(CaseFields, columns))

    return act(request, work, f"{case.code} is changed.", "study_cases", study.pk)


@study_page(policy.may_see_cases)
@require_POST
def void_study_case(request: HttpRequest, study: Study, case_id: uuid.UUID) -> HttpResponse:
    case = get_object_or_404(visible_to(Case.objects.all(), request.user), pk=case_id, study=study)
    work = partial(void_case, require_person(request.user), study, case, request.POST.get("reason", ""))
    return act(request, work, f"{case.code} counts no more.", "study_cases", study.pk)
