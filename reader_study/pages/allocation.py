"""`/studies/{id}/allocation/`: how even the design is, before opening as a preview, afterwards as it is stored."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reader_study import policy
from reader_study.allocation import AllocationRefused, balance_report
from reader_study.models import Study
from reader_study.pages.access import study_answer, study_page
from reader_study.services.open_study import case_slots
from reader_study.services.study_allocation import placements_of


@study_page(policy.may_see_allocation)
@require_safe
def allocation(request: HttpRequest, study: Study) -> HttpResponse:
    try:
        placements, problem = placements_of(study), ""
    except AllocationRefused as refusal:
        placements, problem = (), str(refusal)
    report = balance_report(placements, case_slots(study)) if placements else None
    context = {"report": report, "problem": problem, "is_stored": not study.is_draft}
    return study_answer(request, study, "allocation", context)
