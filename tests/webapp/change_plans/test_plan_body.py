"""What a plan may say: each wrong value has a sentence that names it and what is allowed."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from webapp.archive.models import Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.change_plans.plan_body import PlanBody
from webapp.change_plans.stop_signals import ACTIONS, STOP_SIGNALS
from webapp.change_plans.two_persons import PlanRefused
from webapp.refused import Refused
from webapp.sent_body import read_sent

pytestmark = pytest.mark.django_db


def test_the_default_is_allowed_and_names_every_gate_and_signal(project: Project) -> None:
    body = read_sent(PlanBody, default_body(project))
    assert [gate.key for gate in body.gates] == list(GATE_KINDS)
    assert [rule.signal for rule in body.stop_rules] == list(STOP_SIGNALS)
    assert body.findings == ["lung_opacity", "pleural_effusion", "cardiomegaly"]
    assert all(kind.lowest < kind.default_margin <= kind.highest for kind in GATE_KINDS.values())
    assert all(one.lowest < one.default_limit <= one.highest for one in STOP_SIGNALS.values())
    assert {one.default_action for one in STOP_SIGNALS.values()} <= set(ACTIONS)


def changed(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place: Any = body
        for part in way:
            place = place[part]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("alpha", 0, "alpha 0 is not above 0 and at most 0.2"),
        ("alpha", 0.21, "alpha 0.21 is not above 0 and at most 0.2"),
        ("power", 0.5, "power 0.5 is not above 0.5 and at most 0.99"),
        ("alpha", True, "alpha True is not a number above 0"),
        (
            "gates.0.margin",
            -0.05,
            "margin of gate auc -0.05 is not above 0 and at most 0.1: a margin says how much worse",
        ),
        ("gates.0.margin", 0.11, "margin of gate auc 0.11 is not above 0 and at most 0.1"),
        ("gates.0.subgroup_margin", 0, "subgroup_margin of gate auc 0 is not above 0"),
        ("gates.5.subgroup_margin", 0.1, "gate map_pointing is not asked in subgroups"),
        ("gates.0.key", "auroc", "key 'auroc' is not one of auc, sensitivity"),
        ("gates", [], "gates is empty: a plan without a gate would let everything pass"),
        ("gates", [{"key": "auc", "margin": 0.05}] * 2, "gate 'auc' is named twice"),
        ("subgroups.0", "shoe_size", "subgroup 'shoe_size' does not exist; there are sex, age_band, view, maker, site"),
        ("subgroups", ["sex", "sex"], "subgroups names 'sex' twice"),
        ("may_change", [], "may_change is empty: name at least one"),
        ("may_change.0", "task", "'task' is not one of data, weights, calibration, operating_points"),
        ("primary_finding", "pneumothorax", "primary_finding 'pneumothorax' is not among findings: lung_opacity"),
        ("least.positives", 0, "positives 0 is not a whole number from 1"),
        ("multiplicity", "hope", "multiplicity 'hope' is not one of all_must_pass"),
        ("stop_rules.0.limit", 1.2, "limit of sensitivity 1.2 is not above 0 and at most 1"),
        ("stop_rules.0.action", "explode", "action 'explode' is not one of tell, hide, roll_back"),
        ("most_looks", 0, "most_looks 0 is not a whole number from 1 to 100"),
        ("approvers", [], "approvers is empty"),
        ("approvers.0", "radiologist", "'radiologist' is not one of manager, admin"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(project: Project, path: str, value: Any, sentence: str) -> None:
    body = copy.deepcopy(default_body(project))
    changed(path, value)(body)
    with pytest.raises(Refused) as refused:
        read_sent(PlanBody, body)
    assert sentence in refused.value.text
    assert refused.value.http == 400
    assert not isinstance(refused.value, PlanRefused)


def test_what_is_kept_reads_back_the_same(project: Project) -> None:
    body = read_sent(PlanBody, default_body(project))
    assert PlanBody.model_validate(body.model_dump(mode="json")) == body
