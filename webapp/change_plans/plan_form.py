"""Forms: fields made from a body, and a body made from what was typed. What is wrong the body itself says."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.change_plans.plan_body import APPROVERS, CHANGES
from webapp.change_plans.stop_signals import ACTIONS, STOP_SIGNALS
from webapp.change_plans.subgroups import SUBGROUPS


def plan_form(body: Mapping[str, Any], findings: Mapping[str, str]) -> dict[str, Any]:
    """What the template draws. findings: key -> title of those that the model in service has."""
    gates = {gate["key"]: gate for gate in body["gates"]}
    rules = {rule["signal"]: rule for rule in body["stop_rules"]}
    return {
        "body": body,
        "changes": _ticks(CHANGES, body["may_change"]),
        "findings": _ticks(findings, body["findings"]),
        "subgroups": _ticks({key: one.title for key, one in SUBGROUPS.items()}, body["subgroups"]),
        "approvers": _ticks(APPROVERS, body["approvers"]),
        "gates": [{"kind": kind, "own": gates.get(key)} for key, kind in GATE_KINDS.items()],
        "rules": [{"signal": signal, "own": rules.get(key)} for key, signal in STOP_SIGNALS.items()],
        "actions": ACTIONS,
    }


def typed_body(form: QueryDict) -> dict[str, Any]:
    """The body as it was typed; a number that is none stays the text that it is."""
    gates = [
        {
            "key": key,
            "margin": _number(form.get(f"margin-{key}", "")),
            "subgroup_margin": _number(form.get(f"subgroup-{key}", ""), or_none=True),
        }
        for key in GATE_KINDS
        if f"gate-{key}" in form
    ]
    rules = [
        {
            "signal": key,
            "limit": _number(form.get(f"limit-{key}", "")),
            "least_n": _number(form.get(f"least-{key}", "")),
            "action": form.get(f"action-{key}", ""),
        }
        for key in STOP_SIGNALS
        if f"rule-{key}" in form
    ]
    return {
        "may_change": form.getlist("may_change"),
        "primary_finding": form.get("primary_finding", ""),
        "findings": form.getlist("findings"),
        "gates": gates,
        "subgroups": form.getlist("subgroups"),
        "least": {name: _number(form.get(f"least_{name}", "")) for name in ("positives", "negatives", "in_subgroup")},
        "alpha": _number(form.get("alpha", "")),
        "power": _number(form.get("power", "")),
        "multiplicity": "all_must_pass",
        "stop_rules": rules,
        "most_looks": _number(form.get("most_looks", "")),
        "approvers": form.getlist("approvers"),
        "silent_trial": _silent_trial(form),
    }


def _silent_trial(form: QueryDict) -> dict[str, Any] | None:
    """None where all its fields are empty."""
    own = {name: _number(form.get(name, "")) for name in ("least_images", "most_days")}
    least = _number(form.get("least_in_slice", ""), or_none=True)
    typed = any(str(value).strip() for value in own.values()) or least is not None
    return {**own, "least_in_slice": least} if typed else None


def typed_rule(form: QueryDict) -> dict[str, Any]:
    """The rule of a reference set as it was typed."""
    numbers = ("seed", "least_positives", "least_negatives")
    share = _number(form.get("positive_percent", ""), or_none=True)
    return {
        "findings": form.getlist("findings"),
        "origins": form.getlist("origins"),
        "strata": form.getlist("strata"),
        **{name: _number(form.get(name, "")) for name in numbers},
        "images": _number(form.get("images", ""), or_none=True),
        "positive_share": share / 100 if isinstance(share, int | float) else share,
    }


def _ticks(titles: Mapping[str, str], chosen: Any) -> list[dict[str, Any]]:
    return [{"key": key, "title": title, "is_on": key in chosen} for key, title in titles.items()]


def _number(text: str, *, or_none: bool = False) -> Any:
    """A whole number, a number, or the text; None for nothing where that is allowed."""
    said = text.strip().replace(",", ".")
    if not said:
        return None if or_none else text
    for kind in (int, float):
        try:
            return kind(said)
        except ValueError:
            continue
    return text
