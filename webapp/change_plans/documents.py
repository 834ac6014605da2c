"""Change plans and reference sets as the API gives them."""

from typing import Any

from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan, Proposed, ReferenceSet
from webapp.change_plans.openapi import (
    ChangePlanDocument,
    ChangePlanList,
    EarlierDraw,
    OneReferenceSetDocument,
    PlanDecisionDocument,
    ReferenceImageDocument,
    ReferenceSetDocument,
    ReferenceSetExport,
    ReferenceSetList,
    SharedImages,
)
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.reference_sets import image_document, reference_set_in_force
from webapp.change_plans.shared_patients import drawn_before, looks_at, shared_with
from webapp.change_plans.told_rows import WHY_WITHHELD, told_rows, withheld_of, without_truth
from webapp.change_plans.verify_set import changed_labels

PEOPLE = ("project", "created_by", "decision__created_by")


def name_of(row: Any) -> str:
    """Who made a row."""
    return row.created_by.username if row.created_by else "the command line"


def plan_document(plan: ChangePlan, in_force: ChangePlan | None) -> ChangePlanDocument:
    return {
        "project": plan.project.slug,
        "version": plan.version,
        "code": plan.code,
        "bundle_id": plan.bundle_id,
        "body": plan.body,
        "sha256": plan.hash,
        "reason": plan.reason,
        "proposed_by": name_of(plan),
        "proposed_at": plan.created_at.isoformat(),
        "decision": _decision(plan),
        "is_in_force": plan == in_force,
    }


def plan_list(project: Project) -> ChangePlanList:
    current = plan_in_force(project)
    rows = ChangePlan.objects.filter(project=project).select_related(*PEOPLE)
    return {"plans": [plan_document(row, current) for row in rows], "defaults": default_body(project)}


def set_document(made: ReferenceSet, in_force: ReferenceSet | None, person: Person) -> ReferenceSetDocument:
    """Without hash and rule where an image is hidden from the person: one can be tried out, the other gives a total."""
    withheld = withheld_of(made, person)
    return {
        "project": made.project.slug,
        "version": made.version,
        "code": made.code,
        "rule": None if withheld else made.rule,
        "sha256": None if withheld else made.hash,
        "withheld": withheld,
        "withheld_why": WHY_WITHHELD if withheld else None,
        "reason": made.reason,
        "proposed_by": name_of(made),
        "proposed_at": made.created_at.isoformat(),
        "decision": _decision(made),
        "is_in_force": made == in_force,
        "image_count": made.images.count(),  # type: ignore[attr-defined]
        "looks": made.looks.count(),  # type: ignore[attr-defined]
    }


def set_list(project: Project, person: Person) -> ReferenceSetList:
    current = reference_set_in_force(project)
    rows = ReferenceSet.objects.filter(project=project).select_related(*PEOPLE)
    return {"reference_sets": [set_document(row, current, person) for row in rows]}


def set_export(made: ReferenceSet, user: Person) -> ReferenceSetExport:
    """With every image; what is hidden from the person by a study or a first look of theirs is withheld."""
    told = set(told_rows(made, user).values_list("pk", flat=True))
    images: list[ReferenceImageDocument] = []
    for row in made.images.order_by("image_id"):  # type: ignore[attr-defined]
        document = image_document(row)
        images.append(document if row.pk in told else without_truth(document))  # type: ignore[arg-type]
    return {**one_set_document(made, user), "images": images}


def one_set_document(made: ReferenceSet, person: Person) -> OneReferenceSetDocument:
    """What who locks it has to know."""
    shared: list[SharedImages] = [
        {"code": one.earlier.code, "images": one.images, "looks": one.looks} for one in shared_with(made)
    ]
    draws: list[EarlierDraw] = [
        {"code": one.code, "outcome": one.decided.outcome, "by": name_of(one), "seed": one.rule["seed"],
         "images": one.images.count()}  # type: ignore[attr-defined]
        for one in drawn_before(made)
    ]  # fmt: skip
    return {
        **set_document(made, reference_set_in_force(made.project), person),
        "shares_with": shared,
        "looks_so_far": looks_at(made),
        "drawn_before": draws,
        "changed_labels": len(changed_labels(made, person)),
    }


def _decision(row: Proposed) -> PlanDecisionDocument | None:
    decision = row.decided
    if decision is None:
        return None
    at = decision.created_at.isoformat()
    return {"outcome": decision.outcome, "by": name_of(decision), "at": at, "note": decision.note}
