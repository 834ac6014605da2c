"""`/models/reference-sets/`: the reference sets of each project, one set in figures, and a new one. For managers and admins."""

import secrets
from collections import Counter
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import may_propose_change_plan, may_see_change_plans, require, require_person
from webapp.archive.models import Project
from webapp.change_plans.documents import PEOPLE, name_of
from webapp.change_plans.models import LabelOrigin, ReferenceSet
from webapp.change_plans.plan_form import typed_rule
from webapp.change_plans.plan_pages import state_of, what_may_be_done
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.reference_labels import reviewed_cases
from webapp.change_plans.reference_rule import HIGHEST_SEED, STRATA
from webapp.change_plans.reference_sets import (
    decide_reference_set,
    propose_reference_set,
    reference_set_in_force,
    roles_of_set,
)
from webapp.change_plans.set_figures import set_figures
from webapp.change_plans.shared_patients import drawn_before, looks_at, shared_with
from webapp.change_plans.told_rows import WHY_WITHHELD, withheld_of
from webapp.change_plans.two_persons import TEXT_CHARACTERS
from webapp.change_plans.verify_set import changed_labels, changed_rows
from webapp.change_plans.who_approves import can_approve, names_of
from webapp.form_action import act
from webapp.predictions.bundle_store import findings_in_service
from webapp.refused import Refused

LEAST = 50  # positives and negatives that a new rule begins with: as many as a plan asks for


@login_required
@require_safe
def reference_sets(request: HttpRequest) -> HttpResponse:
    """Every set of every project, newest first."""
    require(may_see_change_plans(request.user))
    Project.default()
    person = require_person(request.user)
    sections = [_section(project, person) for project in Project.objects.order_by("name", "slug")]
    context = {"sections": sections, "may_propose": may_propose_change_plan(request.user) is None}
    return _page(request, "reference_sets", context)


@login_required
@require_safe
def reference_set(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """One set in figures; no image and no label of one is named here."""
    require(may_see_change_plans(request.user))
    person, made = require_person(request.user), _set_or_404(slug, version)
    plan, figures = plan_in_force(made.project), set_figures(made, person)
    titles = findings_in_service(made.project)
    changed = Counter((titles.get(one.finding, one.finding), one.words) for one in changed_labels(made, person))
    context = {
        "set": made,
        "state": state_of(made, reference_set_in_force(made.project), "locked"),
        "by": name_of(made),
        "figures": figures,
        "withheld": figures.withheld,
        "why_withheld": WHY_WITHHELD,
        "titles": titles,
        "rule_findings": [titles.get(key, key) for key in made.rule["findings"]],
        "can_lock": names_of(can_approve(roles_of_set(made.project, made), made.created_by)),
        "drawn_before": drawn_before(made),
        "origins": [LabelOrigin(one).label for one in made.rule["origins"]],
        "changed": changed_rows(made),
        "changed_labels": sum(changed.values()),
        "changed_words": [(*words, count) for words, count in sorted(changed.items())],
        "looks": looks_at(made),
        "shared": shared_with(made),
        "plan": plan,
        "most_looks": plan.body_model().most_looks if plan else None,
        "reason_characters": TEXT_CHARACTERS,
        **what_may_be_done(person, made),
    }
    return _page(request, "reference_set", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_set(request: HttpRequest, slug: str) -> HttpResponse:
    """A form with a seed of its own; sent, it draws the images and proposes the set."""
    require(may_see_change_plans(request.user))
    require(may_propose_change_plan(request.user))
    project = get_object_or_404(Project, slug=slug)
    findings, refused = findings_in_service(project), None
    rule: dict[str, Any] = {
        "findings": list(findings), "origins": [LabelOrigin.PANEL, LabelOrigin.UNAIDED], "strata": [], "images": None,
        "seed": secrets.randbelow(HIGHEST_SEED), "least_positives": LEAST, "least_negatives": LEAST, "positive_share": None,
    }  # fmt: skip
    if request.method == "POST":
        rule = typed_rule(request.POST)
        try:
            made = propose_reference_set(require_person(request.user), project, rule, request.POST.get("reason", ""))
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, f"{made.code} is drawn and proposed; a second person locks or declines it.")
            return redirect("reference_set", project.slug, made.version)
    context = {
        "project": project, "rule": rule, "findings": findings, "strata": STRATA, "refused": refused,
        "origins": [(one.value, one.label) for one in LabelOrigin], "reason": request.POST.get("reason", ""),
        "percent": request.POST.get("positive_percent", ""), "reason_characters": TEXT_CHARACTERS,
    }  # fmt: skip
    return _page(request, "new_reference_set", context, status=refused.http if refused else 200)


@form_post("reference_sets")
def decide(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Lock, decline or withdraw the set that the person saw."""
    require(may_see_change_plans(request.user))
    made, outcome = _set_or_404(slug, version), request.POST.get("outcome", "")
    ticked = request.POST.get("confirmed", "")
    confirmed = int(ticked) if ticked.isdecimal() and len(ticked) < 7 else None
    person, note = require_person(request.user), request.POST.get("note", "")
    work = partial(decide_reference_set, person, made, outcome, note, confirmed)
    word = "locked" if outcome == "approved" else outcome
    return act(request, work, f"{made.code} is {word}.", "reference_set", slug, version)


def _section(project: Project, person: User) -> dict[str, Any]:
    current = reference_set_in_force(project)
    rows = ReferenceSet.objects.filter(project=project).select_related(*PEOPLE)
    listed = [
        {
            "set": row,
            "state": state_of(row, current, "locked"),
            "by": name_of(row),
            "images": row.images.count(),  # type: ignore[attr-defined]
            "hash": "withheld" if withheld_of(row, person) else row.hash[:12],
        }
        for row in rows
    ]
    return {"project": project, "current": current, "rows": listed, "outside": _outside(project, person)}


def _outside(project: Project, person: User) -> list[tuple[str, int]]:
    """Labels of reviewed cases whose patients are in no set, by kind: what a new set could take, and what it never takes."""
    counts: dict[str, int] = {}
    for label in reviewed_cases(project, person):
        counts[str(label.kind.label)] = counts.get(str(label.kind.label), 0) + 1
    return sorted(counts.items())


def _set_or_404(slug: str, version: int) -> ReferenceSet:
    return get_object_or_404(ReferenceSet.objects.select_related(*PEOPLE), project__slug=slug, version=version)


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, f"change_plans/{name}.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
