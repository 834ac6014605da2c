"""`/studies/{id}/results/`: result sets, their figures and tables, exports and amendments. Nothing before the lock."""

import json
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from reader_study import policy
from reader_study.models import Amendment, Study
from reader_study.pages.access import study_answer, study_page
from reader_study.refusal import StudyRefused
from reader_study.results.amend import CHANGES, approve_amendment, propose_amendment
from reader_study.results.study_report import reader_report, report_facts, result_sections, study_report
from reader_study.services.own_assignment import study_body
from reports.html_report import sections_to_show
from webapp.accounts.policy import require_person
from webapp.form_action import act

EXPORTS = (
    ("imrmc", "iMRMC input", True),
    ("ratings_csv", "ratings for mrmc", True),
    ("marks_csv", "marks for froc", True),
    ("lesions_csv", "lesions for froc", True),
    ("readings_csv", "readings for froc", True),
    ("long_csv", "every reading, long CSV", False),
    ("study_json", "everything, JSON", False),
    ("study_schema", "JSON Schema of it", False),
)


@study_page(policy.may_see_results)
@require_safe
def results(request: HttpRequest, study: Study, number: int | None = None) -> HttpResponse:
    """The newest result set, or the one of the number. Auditors see hashes only."""
    sets = list(study.result_sets.select_related("amendment").order_by("number"))
    chosen = next((one for one in sets if one.number == number), None) if number else (sets[-1] if sets else None)
    if number and chosen is None:
        raise Http404("no result set has this number")
    may_export = policy.may_export(request.user, study) is None
    context: dict[str, Any] = {
        "sets": sets,
        "chosen": chosen,
        "facts": report_facts(study, chosen) if chosen else [],
        "sections_of_result": sections_to_show(result_sections(study, chosen), "result")
        if chosen and may_export
        else [],
        "may_export": may_export,
        "exports": EXPORTS,
        "findings": [row["code"] for row in study_body(study)["findings"]],
        "readers": study.readers.order_by("code"),
        "amendments": study.amendments.select_related("by", "approved_by"),
        "may_propose": policy.may_propose_amendment(request.user, study) is None,
        "may_approve": policy.may_approve_amendment(request.user, study) is None,
        "kinds": Amendment.Kind.choices,
        "changes": CHANGES,
    }
    return study_answer(request, study, "results", context)


@study_page(policy.may_export)
@require_safe
def report(request: HttpRequest, study: Study, number: int, reader: str = "") -> HttpResponse:
    """The report as one file to keep, of the whole study or of one reader."""
    result = get_object_or_404(study.result_sets, number=number)
    if reader and not study.readers.filter(code=reader).exists():
        raise Http404("no reader has this code")
    page = reader_report(study, result, reader) if reader else study_report(study, result)
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    name = f"{study.slug}-results-{number}{f'-{reader}' if reader else ''}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@study_page(policy.may_propose_amendment)
@require_POST
def propose(request: HttpRequest, study: Study) -> HttpResponse:
    user, form = require_person(request.user), request.POST

    def work() -> None:
        try:
            change = json.loads(form.get("change", ""))
        except ValueError:
            raise StudyRefused("not_allowed", "the change is not JSON", "change", 400) from None
        propose_amendment(user, study, form.get("kind"), form.get("reason", ""), change)

    return act(request, work, "The amendment is proposed; another person approves it.", "study_results", study.pk)


@study_page(policy.may_approve_amendment)
@require_POST
def approve(request: HttpRequest, study: Study, number: int) -> HttpResponse:
    amendment = get_object_or_404(study.amendments, number=number)
    work = partial(approve_amendment, require_person(request.user), study, amendment)
    return act(request, work, "The amendment is approved.", "study_results", study.pk)
