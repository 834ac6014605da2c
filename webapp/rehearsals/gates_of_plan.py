"""The gates that a change plan asks for, as the statistics take them."""

from collections.abc import Mapping
from math import inf

from measures.gates.outputs import PairedOutputs
from measures.gates.plan import Gate, GatePlan
from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.change_plans.plan_body import Gate as PlanGate
from webapp.change_plans.plan_body import PlanBody

ALL_IMAGES = ""  # the paired outputs of kinds that are of no finding
POWER = 0.8


def gate_plan(body: PlanBody, outputs: Mapping[str, PairedOutputs]) -> GatePlan:
    """One gate for each kind and finding, overall and in every subgroup that the outputs have.

    Where the plan has Bonferroni or Holm, alpha is divided by the number of gates, which keeps what either promises; where every
    gate must pass none needs it.
    """
    gates = [
        gate
        for asked in body.gates
        for finding in (body.findings if GATE_KINDS[asked.key].is_of_finding else [ALL_IMAGES])
        for gate in _gates(asked, finding, body, outputs[finding])
    ]
    alpha = body.alpha if body.multiplicity == "all_must_pass" else body.alpha / max(1, len(gates))
    return GatePlan(tuple(gates), alpha, POWER, body.most_looks)


def _gates(asked: PlanGate, finding: str, body: PlanBody, outputs: PairedOutputs) -> list[Gate]:
    key = f"{asked.key}/{finding or 'all'}"
    least = (body.least.positives, body.least.negatives) if finding else (0, 0)
    found = [Gate(key, asked.key, finding, *_range(asked.key, asked.margin), None, *least)]  # type: ignore[arg-type]
    if asked.subgroup_margin is not None:
        within = _range(asked.key, asked.subgroup_margin)
        found += [
            Gate(f"{key}/{name}", asked.key, finding, *within, name, least_cases=body.least.in_subgroup)  # type: ignore[arg-type]
            for name in outputs.subgroups
        ]
    return found


def _range(kind: str, margin: float) -> tuple[float, float]:
    """Where the figure must lie."""
    if kind in ("latency", "memory"):
        return -inf, 1 + margin
    if kind == "refusal_rate":
        return -inf, margin
    if kind == "calibration_slope":
        return 1 - margin, 1 + margin
    return (-margin, margin) if kind == "calibration_intercept" else (-margin, inf)
