"""`/models/plans/`: the change plans of each project, one plan, and a new one. For managers and admins."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import (
    may_decide_change_plan,
    may_propose_change_plan,
    may_see_change_plans,
    require,
    require_person,
)
from webapp.archive.models import Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.documents import PEOPLE, name_of
from webapp.change_plans.fires_now import rules_that_fire_now
from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.change_plans.models import ChangePlan
from webapp.change_plans.plan_body import APPROVERS, CHANGES, MULTIPLICITIES, PlanBody
from webapp.change_plans.plan_form import plan_form, typed_body
from webapp.change_plans.propose_plan import decide_plan, plan_in_force, propose_plan, roles_of_plan
from webapp.change_plans.stop_signals import ACTIONS, STOP_SIGNALS
from webapp.change_plans.subgroups import SUBGROUPS
from webapp.change_plans.two_persons import TEXT_CHARACTERS
from webapp.change_plans.who_approves import can_approve, names_of
from webapp.form_action import act
from webapp.predictions.bundle_store import findings_in_service
from webapp.refused import Refused
from webapp.sent_body import read_sent


@login_required
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan of every project, newest first."""
    require(may_see_change_plans(request.user))
    Project.default()
    sections = [_section(project) for project in Project.objects.order_by("name", "slug")]
    return _page(request, "plans", {"sections": sections, "may_propose": may_propose_change_plan(request.user) is None})


@login_required
@require_safe
def plan(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """One plan, whole, with what may be done with it."""
    require(may_see_change_plans(request.user))
    found = _plan_or_404(slug, version)
    return _page(request, "plan", _plan_context(require_person(request.user), found))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """A form that begins with the plan in force, or with defaults from the model in service; sent, it proposes the plan."""
    require(may_see_change_plans(request.user))
    require(may_propose_change_plan(request.user))
    project = get_object_or_404(Project, slug=slug)
    current, refused = plan_in_force(project), None
    is_default = "defaults" in request.GET or current is None
    body = default_body(project) if is_default or current is None else current.body
    if request.method == "POST":
        body = typed_body(request.POST)
        try:
            ticked = request.POST.getlist("fires_now")
            made = propose_plan(require_person(request.user), project, body, request.POST.get("reason", ""), ticked)
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, f"{made.code} is proposed; a second person approves or declines it.")
            return redirect("change_plan", project.slug, made.version)
    findings = findings_in_service(project)
    context = plan_form(body, findings) | {"project": project, "current": current, "is_default": is_default}
    firing = rules_that_fire_now(project, read_sent(PlanBody, body)) if refused and refused.code == "fires_now" else []
    more = {
        "firing": firing,
        "refused": refused,
        "reason": request.POST.get("reason", ""),
        "reason_characters": TEXT_CHARACTERS,
    }
    return _page(request, "new_plan", context | more, status=refused.http if refused else 200)


@form_post("change_plans")
def decide(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Approve, decline or withdraw the plan that the person saw."""
    require(may_see_change_plans(request.user))
    found, outcome = _plan_or_404(slug, version), request.POST.get("outcome", "")
    note, ticked = request.POST.get("note", ""), request.POST.getlist("fires_now")
    work = partial(decide_plan, require_person(request.user), found, outcome, note, ticked)
    return act(request, work, f"{found.code} is {outcome}.", "change_plan", slug, version)


def _section(project: Project) -> dict[str, Any]:
    current = plan_in_force(project)
    rows = ChangePlan.objects.filter(project=project).select_related(*PEOPLE)
    listed = [{"plan": row, "state": state_of(row, current), "by": name_of(row)} for row in rows]
    return {"project": project, "current": current, "rows": listed}


def state_of(row: Any, current: Any, approved: str = "in force") -> str:
    """waits, in force, retired, declined or withdrawn."""
    if row.decided is None:
        return "waits for a second person"
    if row.decided.outcome != "approved":
        return str(row.decided.outcome)
    return approved if row == current else "retired"


def what_may_be_done(person: User, row: Any) -> dict[str, bool]:
    """With a proposal that waits."""
    waits, is_own = row.decided is None, row.created_by_id == person.pk
    return {
        "may_withdraw": waits and is_own and may_propose_change_plan(person) is None,
        "may_decide": waits and may_decide_change_plan(person, row) is None,
    }


def _plan_context(person: User, found: ChangePlan) -> dict[str, Any]:
    body, titles = found.body_model(), findings_in_service(found.project)
    gates = [{"kind": GATE_KINDS[gate.key], "own": gate} for gate in body.gates]
    rules = [
        {"signal": STOP_SIGNALS[rule.signal], "own": rule, "action": ACTIONS[rule.action]} for rule in body.stop_rules
    ]
    current, able = plan_in_force(found.project), what_may_be_done(person, found)
    return {
        "firing": rules_that_fire_now(found.project, body) if able["may_decide"] else [],
        "plan": found,
        "body": body,
        "state": state_of(found, current),
        "by": name_of(found),
        "gates": gates,
        "rules": rules,
        "findings": [titles.get(key, key) for key in body.findings],
        "primary": titles.get(body.primary_finding, body.primary_finding),
        "changes": [CHANGES[key] for key in body.may_change],
        "subgroups": [SUBGROUPS[key].title for key in body.subgroups],
        "approvers": [APPROVERS[key] for key in body.approvers],
        "multiplicity": MULTIPLICITIES[body.multiplicity],
        "can_approve": names_of(can_approve(roles_of_plan(found.project, found), found.created_by)),
        "reason_characters": TEXT_CHARACTERS,
        **able,
    }


def _plan_or_404(slug: str, version: int) -> ChangePlan:
    return get_object_or_404(ChangePlan.objects.select_related(*PEOPLE), project__slug=slug, version=version)


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, f"change_plans/{name}.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
