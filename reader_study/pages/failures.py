"""`/studies/{id}/failures/` of a failure-mode study: collected, coded blind, decided by the chair, counted after the lock."""

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from reader_study import policy
from reader_study.models import FailureItem, FailureMode, Study
from reader_study.pages.access import study_answer, study_page
from reader_study.pages.protocol import bundles
from reader_study.refusal import StudyRefused
from reader_study.results.failure_distribution import failure_distribution
from reader_study.results.given_points import given_points, item_point, points_in_words
from reader_study.results.study_report import failure_sections
from reader_study.services.code_failures import adjudicate_failure, discordant_items
from reader_study.services.collect_failures import collect_failures
from reader_study.services.own_assignment import study_body
from reader_study.visible import of_study, visible_to
from reports.html_report import sections_to_show
from webapp.accounts.policy import Person, require_person
from webapp.form_action import act
from webapp.reviews.failure_scheme import CONFIDENCES, OUTCOMES
from webapp.reviews.scheme_versions import SchemeBook, current_scheme


@dataclass(frozen=True)
class OutcomeLine:
    """How many failures of one outcome were collected, how many have codes, and how many have those of two readers."""

    title: str
    items: int
    coded: int
    twice: int


@study_page(policy.may_see_failures)
@require_safe
def failures(request: HttpRequest, study: Study) -> HttpResponse:
    """Counts for everybody who runs the study; how a failure was coded for the chair, and for managers after the lock."""
    user = require_person(request.user)
    may_decide = policy.may_adjudicate(user, study) is None
    may_collect = policy.may_edit_draft(user, study) is None
    shows_distribution = policy.may_export(user, study) is None
    plan = study_body(study)["failure"]
    context: dict[str, Any] = {
        "lines": coding_progress(study),
        "points": points_in_words(given_points(study)),
        "plan": plan,
        "outcomes": [OUTCOMES.get(code, code) for code in plan.get("outcomes", [])],
        "model": dict(bundles()).get(plan.get("bundle_id", ""), ""),
        "may_collect": may_collect,
        "sources": truth_sources(user, study) if may_collect else [],
        "may_decide": may_decide,
        "discordant": [_to_decide(item) for item in discordant_items(study)] if may_decide else [],
        "questions": _questions() if may_decide else [],
        "sections_of_result": sections_to_show(failure_sections(failure_distribution(study)), "failures")
        if shows_distribution
        else [],
        "is_locked": study.is_locked,
    }
    return study_answer(request, study, "failures", context)


def coding_progress(study: Study) -> list[OutcomeLine]:
    """Counts by outcome as collected; never a code."""
    items = of_study(FailureItem.objects.all(), study).filter(case__voided_at=None)
    found: dict[str, Counter[str]] = {}
    for item in items.prefetch_related("codings__reading"):
        readers = {row.coder_id for row in item.codings.all() if _counts(row)}  # type: ignore[attr-defined]
        own = found.setdefault(item.outcome, Counter())
        own["items"] += 1
        own["coded"] += bool(readers)
        own["twice"] += len(readers) > 1
    return [
        OutcomeLine(title, found[code]["items"], found[code]["coded"], found[code]["twice"])
        for code, title in OUTCOMES.items()
        if code in found
    ]


def _counts(row: FailureMode) -> bool:
    return not row.is_adjudication and (row.reading is None or row.reading.state != "void")


def truth_sources(user: Person, study: Study) -> list[Study]:
    """Locked reading studies whose truth the person may see."""
    rows = visible_to(Study.objects.all(), user).filter(kind=Study.Kind.READING, state__in=Study.AFTER_LOCK)
    return [row for row in rows.exclude(pk=study.pk).order_by("title") if policy.may_export(user, row) is None]


def _to_decide(item: FailureItem) -> dict[str, Any]:
    """Both codings in words, and everything that is drawn over the outline of the image."""
    codings, book = [row for row in item.codings.order_by("id") if _counts(row)], SchemeBook()
    return {
        "item": item,
        "point": item_point(item),
        "case": item.case,
        "image": item.case.image,
        "outcome": OUTCOMES[item.outcome],
        "codings": [
            {
                "row": row,
                "site": book.title(row.scheme_version, "sites", row.site),
                "side": book.title(row.scheme_version, "lateralities", row.laterality),
                "cause": book.title(row.scheme_version, "causes", row.cause),
                "severity": book.title(row.scheme_version, "severities", row.severity),
            }
            for row in codings
        ],
        "line_width": item.case.image.columns / 120,
    }


def _questions() -> list[tuple[str, str, list[tuple[Any, str]]]]:
    """(field, label, options) of the chair's form."""
    scheme = current_scheme()
    return [
        ("site", "Where", list(scheme.in_use("sites").items())),
        ("laterality", "Side", list(scheme.in_use("lateralities").items())),
        ("cause", "Why", list(scheme.model_causes().items())),
        ("severity", "Severity", list(scheme.in_use("severities").items())),
        ("confidence", "Confidence", [(own, str(own)) for own in CONFIDENCES]),
    ]


@study_page(policy.may_edit_draft)
@require_POST
def collect_study_failures(request: HttpRequest, study: Study) -> HttpResponse:
    """Compares the model's answers with the truth chosen; pressing twice changes nothing."""
    user, key = require_person(request.user), request.POST.get("truth_study", "")

    def work() -> None:
        source = None
        if key:
            source = next((row for row in truth_sources(user, study) if str(row.pk) == key), None)
            if source is None:
                raise StudyRefused("not_found", "There is no such study.", http=404)
        found = collect_failures(user, study, source)
        if not found["items"]:
            raise StudyRefused("nothing_found", "No failure was found: compare the operating point and the truth.")

    return act(request, work, "The failures are collected.", "study_failures", study.pk)


@study_page(policy.may_adjudicate)
@require_POST
def decide_failure(request: HttpRequest, study: Study, item_id: uuid.UUID) -> HttpResponse:
    """The chair's codes beside those of the readers, which stay."""
    item = get_object_or_404(visible_to(FailureItem.objects.all(), request.user), pk=item_id, case__study=study)
    form = request.POST
    numbers = {name: int(form[name]) for name in ("severity", "confidence") if form.get(name, "").isdigit()}
    data: dict[str, Any] = {
        **{name: form.get(name, "") for name in ("site", "laterality", "cause", "note")},
        **numbers,
        "attendees": [name.strip() for name in form.get("attendees", "").split(",") if name.strip()],
    }
    if form.get("region"):
        data["region"] = _region(form["region"])
    work = partial(adjudicate_failure, require_person(request.user), study, item, data)
    return act(request, work, f"{item.case.code} is decided.", "study_failures", study.pk)


def _region(text: str) -> object:
    """The box of a reader that the chair takes, as the form's JSON; the service checks it."""
    try:
        return json.loads(text)
    except ValueError:
        return text
