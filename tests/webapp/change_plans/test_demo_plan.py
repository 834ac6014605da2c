"""The demo ships one plan and one reference set of phantoms, and says truthfully whose word their labels are."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from webapp.accounts.demo_users import create_demo_users
from webapp.archive.models import Image, Project
from webapp.change_plans.demo import load_demo_plan
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.phantom_truth import drawn_truths
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.reference_labels import reference_labels
from webapp.change_plans.reference_sets import reference_set_in_force, require_usable
from webapp.deployments.demo import load_demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(storage: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("SIGHTLINE_DEMO_PASSWORD", "a-demo-password")
    create_demo_users()
    load_demo(say=lambda words: None)
    return Project.default()


def test_the_demo_has_both_by_two_people_and_a_second_run_changes_nothing(demo: Project) -> None:
    plan, made = plan_in_force(demo), reference_set_in_force(demo)
    assert plan is not None
    assert made is not None
    for row in (plan, made):
        assert (row.created_by.username, row.decision.created_by.username) == ("admin", "manager")
    require_usable(made)
    labels = reference_labels(made)
    assert {(one.kind, one.is_rate) for one in labels} == {("drawn", False)}
    assert all(one.boxes for one in labels if one.label == 1)
    assert {one.finding for one in labels if one.label == 1} == set(plan.body_model().findings)
    assert len({one.image for one in labels}) < len(drawn_truths(demo)), "some are left to train on"
    said: list[str] = []
    load_demo(say=said.append)
    assert (ChangePlan.objects.count(), ReferenceSet.objects.count(), said) == (1, 1, [])


def test_a_file_counts_as_a_phantom_by_its_bytes(demo: Project) -> None:
    image = Image.objects.all()[0]
    Image.objects.filter(pk=image.pk).update(received_sha256="a" * 64)
    assert image.pk not in drawn_truths(demo)
    assert len(drawn_truths(demo)) == Image.objects.count() - 1


def test_an_installation_with_a_model_of_its_own_gets_nothing(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_DEMO_PASSWORD", "a-demo-password")
    create_demo_users()
    monkeypatch.setattr("webapp.deployments.demo.demo_parts", [])
    load_demo(say=lambda words: None)
    Project.objects.update(active_bundle="f" * 64)
    load_demo_plan(lambda words: None)
    assert not ChangePlan.objects.exists()
