"""A plan is proposed by an admin and approved by another person; then it is frozen, and only a later one takes its place."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.webapp.viewer.case_factory import make_user
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan, PlanDecision
from webapp.change_plans.propose_plan import decide_plan, plan_in_force, plan_sha256, propose_plan
from webapp.change_plans.two_persons import PlanRefused
from webapp.refused import Refused
from webapp.reviews.models.kept_row import AppendOnlyViolation, KeptQuerySet

pytestmark = pytest.mark.django_db


def body(project: Project, **changes: Any) -> dict[str, Any]:
    return default_body(project) | changes


def test_a_second_person_approves_and_it_is_in_force(ada: User, second: User, project: Project) -> None:
    plan = propose_plan(ada, project, body(project), " written before the candidate is seen ")
    assert (plan.version, plan.replaces, plan.code, plan.reason) == (
        1,
        0,
        "P-1",
        "written before the candidate is seen",
    )
    assert plan_in_force(project) is None
    decide_plan(second, plan, "approved", "as agreed")
    assert plan_in_force(project) == plan
    assert plan.hash == plan_sha256("default", 1, plan.bundle_id, plan.body)
    assert plan.body_model().alpha == 0.05
    events = AccessEvent.objects.filter(verb__startswith="change_plan.").order_by("pk")
    assert [(event.verb, event.actor, event.details["sha256"]) for event in events] == [
        ("change_plan.propose", ada, plan.hash),
        ("change_plan.approved", second, plan.hash),
    ]


def test_it_never_changes(plan: ChangePlan) -> None:
    plan.body["alpha"] = 0.2
    with pytest.raises(AppendOnlyViolation):
        plan.save()
    with pytest.raises(AppendOnlyViolation):
        ChangePlan.objects.update(body={})
    with pytest.raises(AppendOnlyViolation):
        ChangePlan.objects.all().delete()
    with pytest.raises(AppendOnlyViolation):
        PlanDecision.objects.update(outcome="declined")


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_who_proposed_never_approves_whatever_the_role_by_then(ada: User, project: Project, role: str) -> None:
    plan = propose_plan(ada, project, body(project), "r")
    ada.role = role
    ada.save()
    for outcome in ("approved", "declined"):
        with pytest.raises(PlanRefused, match="You proposed this yourself: a second person decides it") as refused:
            decide_plan(ada, plan, outcome)
        assert refused.value.http == 403


@pytest.mark.parametrize(
    ("role", "sentence"), [("manager", "Only an admin may propose"), ("radiologist", "Only a manager or")]
)
def test_only_an_admin_proposes(project: Project, role: str, sentence: str) -> None:
    with pytest.raises(PlanRefused, match=sentence) as refused:
        propose_plan(make_user("m", role), project, body(project), "r")
    assert refused.value.http == 403


def test_a_reader_decides_nothing(ada: User, project: Project, reader: User) -> None:
    plan = propose_plan(ada, project, body(project), "r")
    for outcome in PlanDecision.Outcome.values:
        with pytest.raises(PlanRefused, match="Only a"):
            decide_plan(reader, plan, outcome)


def test_withdrawn_by_its_author_alone_and_declined_by_another(ada: User, second: User, project: Project) -> None:
    first, other = (propose_plan(ada, project, body(project), "r") for _ in range(2))
    with pytest.raises(PlanRefused, match="Only an admin may propose"):
        decide_plan(second, first, "withdrawn")
    with pytest.raises(PlanRefused, match="Only who proposed P-1 may withdraw it"):
        decide_plan(make_user("eve", "admin"), first, "withdrawn")
    decide_plan(ada, first, "withdrawn")
    decide_plan(second, other, "declined")
    with pytest.raises(PlanRefused, match="P-1 was withdrawn by ada already"):
        decide_plan(second, first, "approved")
    with pytest.raises(PlanRefused, match="P-2 was declined by omar already"):
        decide_plan(second, other, "approved")
    assert plan_in_force(project) is None


def test_a_later_version_retires_it_and_one_made_beside_another_is_not_approved(
    plan: ChangePlan, ada: User, second: User, project: Project
) -> None:
    later, beside = (propose_plan(ada, project, body(project, alpha=alpha), "stricter") for alpha in (0.02, 0.2))
    decide_plan(second, later, "approved")
    assert plan_in_force(project) == later
    assert plan.decision.outcome == "approved"  # what it was stays in the record
    with pytest.raises(PlanRefused, match="P-2 was approved since P-3 was proposed: propose the plan anew"):
        decide_plan(second, beside, "approved")
    decide_plan(second, beside, "declined")


def test_the_plan_in_force_says_who_approves_the_next(ada: User, second: User, project: Project) -> None:
    eve = make_user("eve", "admin")
    strict = propose_plan(ada, project, body(project, approvers=["admin"]), "r")
    with pytest.raises(PlanRefused, match="P-1 is approved by a second admin; you are signed in as manager"):
        decide_plan(second, strict, "approved")
    decide_plan(eve, strict, "approved")
    lax = propose_plan(ada, project, body(project), "r")
    with pytest.raises(PlanRefused, match="P-2 is approved by a second admin"):
        decide_plan(second, lax, "approved")


def test_a_plan_that_one_person_alone_could_approve_is_neither_proposed_nor_approved(
    ada: User, second: User, project: Project
) -> None:
    strict = body(project, approvers=["admin"])
    with pytest.raises(PlanRefused, match="Nobody could approve this plan: it asks for a second admin"):
        propose_plan(ada, project, strict, "r")
    decide_plan(second, propose_plan(ada, project, body(project), "r"), "approved")
    with pytest.raises(PlanRefused, match="Under this plan only ada could approve the next plan") as refused:
        propose_plan(ada, project, strict, "r")  # a manager approves this one, and nobody the next
    assert refused.value.code == "locks_out"
    eve = make_user("eve", "admin")
    waiting = propose_plan(ada, project, strict, "r")
    User.objects.filter(pk=eve.pk).update(is_active=False)
    with pytest.raises(PlanRefused, match="Under P-2 only ada could approve the next plan"):
        decide_plan(second, waiting, "approved")


def test_a_plan_changed_in_the_database_is_not_approved(ada: User, second: User, project: Project) -> None:
    plan = propose_plan(ada, project, body(project), "r")
    KeptQuerySet(ChangePlan).filter(pk=plan.pk).update(body=plan.body | {"alpha": 0.2})
    with pytest.raises(PlanRefused, match=f"P-1 is not as it was proposed: its hash was {plan.hash[:12]}, what"):
        decide_plan(second, ChangePlan.objects.get(pk=plan.pk), "approved")


def test_findings_are_those_of_the_model_in_service(
    ada: User, second: User, project: Project, in_service: Callable[..., str]
) -> None:
    with pytest.raises(PlanRefused, match="finding 'pneumothorax' is not one of the model in service: lung_opacity, "):
        propose_plan(ada, project, body(project, findings=["lung_opacity", "pneumothorax"]), "r")
    plan = propose_plan(ada, project, body(project), "r")
    Project.objects.update(active_bundle="")
    with pytest.raises(PlanRefused, match="P-1 names finding 'lung_opacity', and the model in service now has none"):
        decide_plan(second, plan, "approved")
    with pytest.raises(PlanRefused, match="No model is in service whose findings a plan could name"):
        propose_plan(ada, project, body(project, primary_finding="x", findings=["x"]), "r")


@pytest.mark.parametrize(("reason", "count"), [("  ", 0), ("x" * 501, 501)])
def test_a_reason_is_given(ada: User, project: Project, reason: str, count: int) -> None:
    with pytest.raises(PlanRefused, match=f"1 to 500 characters; this one has {count}"):
        propose_plan(ada, project, body(project), reason)


def test_outcome_and_note_are_checked(ada: User, second: User, project: Project) -> None:
    plan = propose_plan(ada, project, body(project), "r")
    with pytest.raises(PlanRefused, match="outcome 'perhaps' is not one of approved, declined, withdrawn"):
        decide_plan(second, plan, "perhaps")
    with pytest.raises(PlanRefused, match="the note has 501 characters"):
        decide_plan(second, plan, "approved", "x" * 501)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_decide_it_once(ada: User, second: User, project: Project) -> None:
    plan = propose_plan(ada, project, body(project), "r")
    other, refused = make_user("eve", "admin"), []
    gate = threading.Barrier(2)

    def decides(person: User, outcome: str) -> None:
        gate.wait()
        try:
            decide_plan(person, ChangePlan.objects.get(pk=plan.pk), outcome)
        except Refused as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decides, args=one) for one in ((second, "approved"), (other, "declined"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["decided"]
    assert PlanDecision.objects.count() == 1
