"""Between verdict and service: the gate of a project with a plan, and the misses that a named person looks at."""

from collections.abc import Callable

import pytest

from tests.webapp.rehearsals.conftest import GATES, POSITIVES, again, in_force, run_all
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import BundleRefused, activate
from webapp.rehearsals.ask import RehearsalRefused, ask_rehearsal
from webapp.rehearsals.misses import open_misses, tick
from webapp.rehearsals.models import Rehearsal

pytestmark = pytest.mark.django_db


@pytest.fixture
def missing(
    ada: User, second: User, project: Project, reference: ReferenceSet, make_candidate: Callable[..., DeployedBundle]
) -> Rehearsal:
    """Passed by its gates, and misses what the model in service finds."""
    in_force(ada, second, project, *GATES)
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    return again(row)


def test_without_a_plan_as_before(ada: User, project: Project, candidate: DeployedBundle) -> None:
    activate(candidate, ada, project)
    project.refresh_from_db()
    assert project.active_bundle == candidate.pk


def test_unrehearsed_is_refused_and_passed_goes_into_service(
    ada: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    with pytest.raises(BundleRefused, match="not rehearsed under P-1"):
        activate(candidate, ada, project)
    ask_rehearsal(ada, project, candidate)
    with pytest.raises(BundleRefused, match="not rehearsed under P-1"):
        activate(candidate, ada, project)
    run_all()
    activate(candidate, ada, project)
    project.refresh_from_db()
    assert project.active_bundle == candidate.pk


def test_a_failed_one_stays_out(
    ada: User, second: User, project: Project, reference: ReferenceSet, make_candidate: Callable[..., DeployedBundle]
) -> None:
    in_force(ada, second, project, {"key": "sensitivity", "margin": 0.05})
    candidate = make_candidate(threshold=0.99)
    ask_rehearsal(ada, project, candidate)
    run_all()
    with pytest.raises(BundleRefused, match="did not pass rehearsal 1 under P-1"):
        activate(candidate, ada, project)


def test_another_plan_asks_for_another_rehearsal_and_the_old_verdict_stays(
    ada: User, second: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    run_all()
    in_force(ada, second, project, {"key": "memory", "margin": 0.4})
    with pytest.raises(
        BundleRefused, match=r"not rehearsed under P-2, which is in force \(rehearsal 1 was under P-1\)"
    ):
        activate(candidate, ada, project)
    assert again(row).verdict.plan_sha256 == plan.sha256
    assert again(row).verdict.passed
    ask_rehearsal(ada, project, candidate)
    run_all()
    activate(candidate, ada, project)


def test_a_plan_that_changes_in_mid_run_leaves_the_rehearsal_to_its_own(
    ada: User, second: User, project: Project, plan: ChangePlan, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    row = ask_rehearsal(ada, project, candidate)
    in_force(ada, second, project, {"key": "sensitivity", "margin": 0.1})
    run_all()
    assert [gate["kind"] for gate in again(row).verdict.report["gates"]] == ["auc", "memory"]
    with pytest.raises(BundleRefused, match="not rehearsed under P-2"):
        activate(candidate, ada, project)


def test_a_verdict_beside_another_model_is_none(
    ada: User,
    project: Project,
    plan: ChangePlan,
    reference: ReferenceSet,
    candidate: DeployedBundle,
    make_candidate: Callable[..., DeployedBundle],
) -> None:
    ask_rehearsal(ada, project, candidate)
    run_all()
    other = make_candidate("3.0.0")
    Project.objects.update(active_bundle=other.pk)
    with pytest.raises(BundleRefused, match="compared it with another model"):
        activate(candidate, ada, project)


def test_every_miss_waits_for_a_person(ada: User, second: User, project: Project, missing: Rehearsal) -> None:
    candidate = DeployedBundle.objects.get(pk=missing.candidate_id)
    assert missing.verdict.passed
    assert open_misses(missing) == POSITIVES
    with pytest.raises(BundleRefused, match=f"{POSITIVES} new false negatives of rehearsal 1 wait"):
        activate(candidate, ada, project)
    for miss in missing.verdict.report["misses"]:
        tick(second, missing, miss["image"], miss["finding"], "seen on the lateral")
    assert open_misses(missing) == 0
    activate(candidate, ada, project)
    assert AccessEvent.objects.filter(verb="rehearsal.tick").count() == POSITIVES


def test_a_tick_needs_a_reason_a_person_and_a_miss(
    second: User, ada: User, reader: User, missing: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss = missing.verdict.report["misses"][0]
    where = (missing, miss["image"], miss["finding"])
    for person, arguments, http in (
        (reader, (*where, "why"), 403),
        (second, (*where, "  "), 400),
        (second, (*where, "x" * 501), 400),
        (second, (missing, miss["image"], "cardiomegaly", "why"), 404),
    ):
        with pytest.raises(RehearsalRefused) as refused:
            tick(person, *arguments)
        assert refused.value.http == http
    tick(second, *where, "why")
    with pytest.raises(RehearsalRefused, match="omar ticked it off already"):
        tick(ada, *where, "why again")
    monkeypatch.setattr(policy, "_embargo", lambda user, image, *rules: Refusal("embargo", "A study hides it."))
    other = missing.verdict.report["misses"][1]
    with pytest.raises(RehearsalRefused, match="A study hides it"):
        tick(second, missing, other["image"], other["finding"], "why")
