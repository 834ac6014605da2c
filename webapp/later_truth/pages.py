"""`/later-truth/`: what was found later on one's own cases. Everybody sees their own, whatever their role."""

from collections import Counter

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp import audit
from webapp.accounts.policy import require_person
from webapp.later_truth.own_cases import MOST_CASES, Outcome, OwnCase, OwnFinding, own_cases
from webapp.later_truth.truth_document import subject_title
from webapp.later_truth.visible import note_shown

LISTED = "list_later_truths"  # no look at a case, whose image is not shown (reader_study/washout.py)


@login_required
@require_safe
def own_later_truths(request: HttpRequest) -> HttpResponse:
    """Since when the reader has known each statement is kept; the view is recorded once, with the statements that it showed."""
    person = require_person(request.user)
    cases = own_cases(person)
    outcomes = Counter(case.outcome for case in cases)
    with transaction.atomic():
        shown = [one.truth for case in cases for one in case.findings]
        note_shown(person, shown)
        if shown:
            audit.record(person, LISTED, "later_truths", count=len(cases), shown=[str(truth.pk) for truth in shown])
    context = {
        "cases": [_case(case) for case in cases],
        "agreed": outcomes[Outcome.AGREED],
        "differed": outcomes[Outcome.DIFFERED],
        "not_compared": outcomes[Outcome.NOT_COMPARED],
        "most_cases": MOST_CASES if len(cases) == MOST_CASES else None,
    }
    response = render(request, "later_truth/own_cases.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _case(case: OwnCase) -> dict[str, object]:
    return {"image": case.image, "is_new": case.is_new, "findings": [_finding(one) for one in case.findings]}


def _finding(one: OwnFinding) -> dict[str, object]:
    return {"truth": one.truth, "title": subject_title(one.truth), "said": one.said, "outcome": one.outcome.value}
