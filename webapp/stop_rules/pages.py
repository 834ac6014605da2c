"""`/models/stop-rules/`: the rules in force with what they read last, what they did, and who lifted it. For managers and admins."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp import audit
from webapp.accounts.form_post import form_post
from webapp.accounts.models import User
from webapp.accounts.policy import may_see_change_plans, require, require_person
from webapp.archive.models import Project
from webapp.change_plans.models import ChangePlan
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.stop_signals import ACTIONS, STOP_SIGNALS
from webapp.change_plans.two_persons import TEXT_CHARACTERS
from webapp.form_action import act
from webapp.refused import Refused
from webapp.stop_rules.lift import lift, require_may_lift
from webapp.stop_rules.mail import NOT_SET_UP, last_mail, queue_test_mail
from webapp.stop_rules.models import Evaluation, Firing
from webapp.stop_rules.turn import EVERY_SECONDS, is_armed, look_at_rules
from webapp.withholding.withheld import open_withholdings, withheld_words

MOST_FIRINGS = 50


@login_required
@require_safe
def stop_rules(request: HttpRequest) -> HttpResponse:
    """Every project with its rules and its firings, newest first."""
    require(may_see_change_plans(request.user))
    Project.default()
    person = require_person(request.user)
    sections = [_section(project, person) for project in Project.objects.order_by("name", "slug")]
    context = {"sections": sections, "minutes": int(EVERY_SECONDS // 60), "reason_characters": TEXT_CHARACTERS}
    context |= {"recipients": len(settings.STOP_RULE_MAIL), "mail": last_mail(), "not_set_up": NOT_SET_UP}
    response = render(request, "stop_rules/stop_rules.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@form_post("stop_rules")
def lift_firing(request: HttpRequest, firing_id: UUID) -> HttpResponse:
    """Lifts what one rule did."""
    require(may_see_change_plans(request.user))
    firing = get_object_or_404(Firing.objects.select_related("plan", "project", "withholding"), pk=firing_id)
    work = partial(lift, require_person(request.user), firing, request.POST.get("reason", ""))
    return act(request, work, f"{firing.code} is lifted.", "stop_rules")


@form_post("stop_rules")
def read_now(request: HttpRequest) -> HttpResponse:
    """Reads every rule of every project at once, as a worker does every few minutes; what fires acts."""
    require(may_see_change_plans(request.user))
    fired = look_at_rules()
    audit.record(require_person(request.user), "stop_rule.read", "stop-rules", fired=len(fired))
    for firing in fired:
        messages.warning(request, f"{firing.code} of {firing.plan.code} fired in {firing.project.name}. {firing.did}")
    if not fired:
        messages.success(request, "Every signal was read; no rule fired.")
    return redirect("stop_rules")


@form_post("stop_rules")
def send_test_mail(request: HttpRequest) -> HttpResponse:
    """Queues a mail that says it is a test."""
    require(may_see_change_plans(request.user))
    work = partial(queue_test_mail, require_person(request.user))
    return act(request, work, "A test mail is queued: this page says below when it was sent.", "stop_rules")


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """None for those whose affair it is not. Otherwise the firings that wait for a person, and how many rules are in force."""
    if may_see_change_plans(request.user) is not None:
        return None
    rows = []
    for project in Project.objects.order_by("name", "slug"):
        plan = plan_in_force(project)
        count = len(plan.body_model().stop_rules) if plan else 0
        waiting = Firing.objects.filter(project=project, lift=None).select_related("plan")
        rows.append({"project": project, "plan": plan, "count": count, "open": list(waiting)})
    return {"rows": rows}


def _section(project: Project, person: User) -> dict[str, Any]:
    plan, withheld = plan_in_force(project), list(open_withholdings(project))
    firings = Firing.objects.filter(project=project).select_related(
        "plan", "evaluation", "project", "lift__created_by"
    )[:MOST_FIRINGS]
    return {
        "project": project,
        "plan": plan,
        "withheld": withheld_words(withheld) if withheld else "",
        "rules": [_rule(project, plan, number) for number in range(1, len(plan.body["stop_rules"]) + 1)]
        if plan
        else [],
        "firings": [{"row": row, "lift": _lift_of(row), "why_not": _why_not(person, row)} for row in firings],
    }


def _rule(project: Project, plan: ChangePlan, number: int) -> dict[str, Any]:
    own = plan.body_model().stop_rules[number - 1]
    return {
        "code": f"S{number}",
        "own": own,
        "signal": STOP_SIGNALS[own.signal],
        "action": ACTIONS[own.action],
        "last": Evaluation.objects.filter(plan=plan, rule=number).first(),
        "is_armed": is_armed(plan, number, project.active_bundle),
    }


def _lift_of(firing: Firing) -> Any:
    return getattr(firing, "lift", None)


def _why_not(person: User, firing: Firing) -> str:
    """Why this person may not lift it; empty where they may."""
    try:
        require_may_lift(person, firing)
    except Refused as refusal:
        return refusal.text
    return ""
