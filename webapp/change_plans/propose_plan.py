"""An admin proposes a change plan for a project; a second person approves it. From then on it does not change."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from webapp.accounts.models import User
from webapp.accounts.policy import may_propose_change_plan
from webapp.archive.models import Project
from webapp.change_plans.fires_now import require_known
from webapp.change_plans.models import ChangePlan, PlanDecision
from webapp.change_plans.plan_body import PlanBody
from webapp.change_plans.two_persons import (
    Kind,
    PlanRefused,
    decide,
    given_reason,
    in_force,
    locked,
    record,
    refuse,
    require_hash,
    versions,
    wrong,
)
from webapp.change_plans.who_approves import require_next, require_second
from webapp.predictions.bundle_store import findings_in_service
from webapp.reveal.canonical_json import sha256_of
from webapp.sent_body import read_sent


def plan_in_force(project: Project) -> ChangePlan | None:
    """The plan that candidates of the project are judged by now; None where none was approved."""
    found: ChangePlan | None = in_force(ChangePlan, project)
    return found


def plan_sha256(slug: str, version: int, bundle_id: str, body: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the canonical JSON of {project, version, bundle_id, body}: what an export is checked by."""
    return sha256_of({"project": slug, "version": version, "bundle_id": bundle_id, "body": body})


def require_whole(plan: ChangePlan) -> None:
    """Raises PlanRefused where the stored plan does not give its hash any more: nothing is judged by it."""
    require_hash(plan, plan.code, plan_sha256(plan.project.slug, plan.version, plan.bundle_id, plan.body))


@transaction.atomic
def propose_plan(
    user: User, project: Project, body: object, reason: str, fires_now: Collection[str] = ()
) -> ChangePlan:
    """fires_now: rules of which the person knows that they fire at once.

    body: as `PlanBody` reads it. Raises PlanRefused or Refused (400, 403, 409) naming the value and what is allowed."""
    PlanRefused.require(may_propose_change_plan(user))
    said = given_reason(reason)
    plan = read_sent(PlanBody, body, within="body")
    project = locked(project)
    _require_findings(project, plan)
    current = plan_in_force(project)
    require_second("this plan", tuple((current.body_model() if current else plan).approvers), user)
    require_next("this plan", tuple(plan.approvers))
    require_known(project, plan, fires_now)
    content, numbers = plan.model_dump(mode="json"), versions(ChangePlan, project)
    row = ChangePlan(
        project=project, bundle_id=project.active_bundle, body=content, reason=said, created_by=user, **numbers
    )
    row.sha256 = plan_sha256(project.slug, row.version, row.bundle_id, content)
    row.save()
    record(user, PLAN, "propose", row, reason=said, bundle=row.bundle_id)
    return row


def decide_plan(
    user: User, plan: ChangePlan, outcome: str, note: str = "", fires_now: Collection[str] = ()
) -> PlanDecision:
    """fires_now: as in `propose_plan`. Raises PlanRefused as `two_persons.decide`, and where one is unticked;
    who may approve says the plan in force, of the first plan itself."""
    decision: PlanDecision = decide(
        replace(PLAN, read=lambda row: require_known(row.project, row.body_model(), fires_now)),
        user,
        plan,
        outcome,
        note,
    )
    return decision


def roles_of_plan(project: Project, plan: ChangePlan) -> tuple[str, ...]:
    return tuple((plan_in_force(project) or plan).body_model().approvers)


def _require_findings(project: Project, plan: PlanBody) -> None:
    known = findings_in_service(project)
    if not known:
        refuse("no_model", "No model is in service whose findings a plan could name.")
    unknown = _lacking(plan.findings, known)
    if unknown:
        raise wrong("body.findings", f"finding {unknown[:64]!r} is not one of the model in service: {', '.join(known)}")


def _require_current(user: User, project: Project, plan: ChangePlan) -> None:
    require_whole(plan)
    require_next(plan.code, tuple(plan.body_model().approvers))
    known = findings_in_service(project)
    unknown = _lacking(plan.body_model().findings, known)
    if unknown:
        has = ", ".join(known) or "none: no model is in service"
        refuse(
            "finding_unknown",
            f"{plan.code} names finding {unknown!r}, and the model in service now has {has}: propose it anew.",
        )


def _lacking(findings: Iterable[str], known: Mapping[str, str]) -> str:
    return next((one for one in findings if one not in known), "")


PLAN = Kind("plan", "change_plan", ChangePlan, PlanDecision, "plan", "approved", roles_of_plan, _require_current)
