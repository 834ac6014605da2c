"""A change plan to begin with, made from the model in service: its findings, and the default margin of every gate."""

from typing import Any

from webapp.archive.models import Project
from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.change_plans.plan_body import CHANGES
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.predictions.bundle_store import findings_in_service

BY_SUBGROUP = ("auc", "sensitivity", "specificity")  # the others need more cases than a subgroup has


def default_body(project: Project) -> dict[str, Any]:
    """A body that `PlanBody` takes; its findings are empty where no model is in service."""
    findings = list(findings_in_service(project))
    gates = [
        {
            "key": kind.key,
            "margin": kind.default_margin,
            "subgroup_margin": kind.highest if kind.key in BY_SUBGROUP else None,
        }
        for kind in GATE_KINDS.values()
    ]
    rules = [
        {
            "signal": signal.key,
            "limit": signal.default_limit,
            "least_n": signal.default_least_n,
            "action": signal.default_action,
        }
        for signal in STOP_SIGNALS.values()
    ]
    return {
        "may_change": list(CHANGES),
        "primary_finding": findings[0] if findings else "",
        "findings": findings,
        "gates": gates,
        "subgroups": ["sex", "age_band", "view", "maker"],
        "least": {"positives": 50, "negatives": 50, "in_subgroup": 20},
        "alpha": 0.05,
        "power": 0.8,
        "multiplicity": "all_must_pass",
        "stop_rules": rules,
        "most_looks": 10,
        "approvers": ["manager", "admin"],
        "silent_trial": {"least_images": 200, "most_days": 28},
    }
