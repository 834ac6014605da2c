"""/api/projects/{slug}/change-plans/ and /reference-sets/: read, propose, decide. For managers and admins."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_propose_change_plan, may_see_change_plans, require_person
from webapp.archive.models import Project
from webapp.change_plans.documents import (
    PEOPLE,
    one_set_document,
    plan_document,
    plan_list,
    set_export,
    set_list,
)
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.openapi import (
    JSON,
    PLAN,
    PLANS,
    REFUSED,
    SET,
    SET_EXPORT,
    SETS,
    ChangePlanRequest,
    PlanDecisionRequest,
    ReferenceDecisionRequest,
    ReferenceSetRequest,
)
from webapp.change_plans.propose_plan import decide_plan, plan_in_force, propose_plan
from webapp.change_plans.reference_sets import decide_reference_set, propose_reference_set
from webapp.json_bodies import ref
from webapp.refused import Refused
from webapp.sent_body import read_sent

NO_STORE = {"Cache-Control": "no-store"}
READ = {(403, JSON): REFUSED}
CHANGED = {(status, JSON): REFUSED for status in (400, 403, 409)}


class PlanView(APIView):
    """Answers a refusal as data, and nothing to who is neither manager nor admin."""

    def answer(self, slug: str, work: Callable[[User, Project], Any], status: int = 200) -> Response:
        try:
            person = require_person(self.request.user)
            Refused.require(may_see_change_plans(person))
            body = work(person, get_object_or_404(Project, slug=slug))
        except Refused as refused:
            return Response(refused.document(), status=refused.http, headers=NO_STORE)
        return Response(body, status=status, headers=NO_STORE)


class ChangePlans(PlanView):
    """The plans of a project, newest first, and a body to begin with; POST proposes one."""

    @extend_schema(operation_id="change_plans", responses={(200, JSON): PLANS, **READ})
    def get(self, request: Request, slug: str) -> Response:
        return self.answer(slug, lambda person, project: plan_list(project))

    @extend_schema(
        operation_id="propose_change_plan",
        request={JSON: ref(ChangePlanRequest)},
        responses={(201, JSON): PLAN, **CHANGED},
    )
    def post(self, request: Request, slug: str) -> Response:
        def work(person: User, project: Project) -> Any:
            Refused.require(may_propose_change_plan(person))
            sent = read_sent(ChangePlanRequest, request.data)
            plan = propose_plan(person, project, sent.body.model_dump(mode="json"), sent.reason, sent.fires_now)
            return plan_document(plan, plan_in_force(project))

        return self.answer(slug, work, 201)


class OneChangePlan(PlanView):
    """One plan, whole."""

    @extend_schema(operation_id="change_plan", responses={(200, JSON): PLAN, **READ})
    def get(self, request: Request, slug: str, version: int) -> Response:
        return self.answer(
            slug, lambda person, project: plan_document(_row(ChangePlan, project, version), plan_in_force(project))
        )


class ChangePlanDecision(PlanView):
    """Approved or declined by a second person, or withdrawn by who proposed it."""

    @extend_schema(
        operation_id="decide_change_plan",
        request={JSON: ref(PlanDecisionRequest)},
        responses={(200, JSON): PLAN, **CHANGED},
    )
    def post(self, request: Request, slug: str, version: int) -> Response:
        def work(person: User, project: Project) -> Any:
            sent = read_sent(PlanDecisionRequest, request.data)
            decide_plan(person, _row(ChangePlan, project, version), sent.outcome, sent.note, sent.fires_now)
            return plan_document(_row(ChangePlan, project, version), plan_in_force(project))

        return self.answer(slug, work)


class ReferenceSets(PlanView):
    """The reference sets of a project, newest first; POST proposes one."""

    @extend_schema(operation_id="reference_sets", responses={(200, JSON): SETS, **READ})
    def get(self, request: Request, slug: str) -> Response:
        return self.answer(slug, lambda person, project: set_list(project, person))

    @extend_schema(
        operation_id="propose_reference_set",
        request={JSON: ref(ReferenceSetRequest)},
        responses={(201, JSON): SET, **CHANGED},
    )
    def post(self, request: Request, slug: str) -> Response:
        def work(person: User, project: Project) -> Any:
            Refused.require(may_propose_change_plan(person))
            sent = read_sent(ReferenceSetRequest, request.data)
            made = propose_reference_set(person, project, sent.rule.model_dump(mode="json"), sent.reason)
            return one_set_document(made, person)

        return self.answer(slug, work, 201)


class OneReferenceSet(PlanView):
    """One reference set with every image and label, but labels of images that are hidden from the caller."""

    @extend_schema(operation_id="reference_set", responses={(200, JSON): SET_EXPORT, **READ})
    def get(self, request: Request, slug: str, version: int) -> Response:
        def work(person: User, project: Project) -> Any:
            found = set_export(_row(ReferenceSet, project, version), person)
            told = len(found["images"]) - found["withheld"]
            audit.record(person, "reference_set.export", f"project:{project.pk}", version=version, labels_of=told)
            return found

        return self.answer(slug, work)


class ReferenceSetDecision(PlanView):
    """Locked (approved) or declined by a second person, or withdrawn by who proposed it."""

    @extend_schema(
        operation_id="decide_reference_set",
        request={JSON: ref(ReferenceDecisionRequest)},
        responses={(200, JSON): SET, **CHANGED},
    )
    def post(self, request: Request, slug: str, version: int) -> Response:
        def work(person: User, project: Project) -> Any:
            sent = read_sent(ReferenceDecisionRequest, request.data)
            made = _row(ReferenceSet, project, version)
            decide_reference_set(person, made, sent.outcome, sent.note, sent.changed_labels)
            return one_set_document(_row(ReferenceSet, project, version), person)

        return self.answer(slug, work)


def _row(rows: type[Any], project: Project, version: int) -> Any:
    found = rows.objects.filter(project=project, version=version).select_related(*PEOPLE).first()
    if found is None:
        raise Http404(f"project {project.slug} has no version {version}")
    return found
