"""A verdict as its page shows it: gates in words and drawn, those of too few cases folded."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.rehearsals.drawings import interval_drawing, reliability_drawing
from webapp.rehearsals.models import Rehearsal
from webapp.rehearsals.rows import finding_titles

WORDS = {"passed": "passed", "failed": "failed", "not_enough_cases": "not enough cases"}
IN_SIGHT = ("sensitivity", "specificity")
RATIOS = ("latency", "memory")


def verdict_context(rehearsal: Rehearsal) -> dict[str, Any]:
    """Of a rehearsal that was judged: what everybody may know who may see it."""
    report, titles, gates = rehearsal.verdict.report, finding_titles(rehearsal), gate_rows(rehearsal)  # type: ignore[attr-defined]
    overall = [gate for gate in gates if not gate["is_subgroup"]]
    subgroups = [gate for gate in gates if gate["is_subgroup"]]
    drawn = report["reliability"]
    return {
        "report": report,
        "overall": [gate for gate in overall if not is_folded(gate)],
        "overall_folded": folded([gate for gate in overall if is_folded(gate)]),
        "subgroups": decided_gates(subgroups),
        "subgroups_folded": folded(subgroups),
        "flips": [(titles.get(key, key), own) for key, own in report["flips"].items()],
        "reliability": [(titles.get(key, key), reliability_drawing(own)) for key, own in drawn.items()],
        "confidence": f"{100 * report['gates'][0]['confidence']:.2f}".rstrip("0").rstrip("."),
    }


def gate_rows(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    """Of the verdict: title, margin, figure with interval, n and verdict in words."""
    titles = finding_titles(rehearsal)
    return [gate_row(gate, titles) for gate in rehearsal.verdict.report["gates"]]


def folded(gates: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Gates of too few cases, by kind: how many, and what the one asks for that asks for most."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for gate in gates:
        if gate["verdict"] == "not_enough_cases":
            kinds.setdefault(gate["kind"], []).append(gate)
    found = []
    for kind, own in kinds.items():
        asked = [gate["needed"] for gate in own if gate["needed"] is not None]
        words = f"up to {max(asked):,} cases needed" if asked else "too few to say how many are needed"
        if asked and len(asked) < len(own):
            words += f"; of {len(own) - len(asked)} too few to say"
        found.append({"title": GATE_KINDS[kind].title, "gates": own, "count": len(own), "words": words})
    return found


def is_folded(gate: Mapping[str, Any]) -> bool:
    """Of too few cases; sensitivity and specificity of all images stay in sight with whatever interval they have."""
    return gate["verdict"] == "not_enough_cases" and not (gate["kind"] in IN_SIGHT and gate["drawing"])


def decided_gates(gates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that passed or failed."""
    return [gate for gate in gates if gate["verdict"] != "not_enough_cases"]


def gate_row(gate: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """One gate in words."""
    kind = GATE_KINDS[gate["kind"]]
    parts = [kind.title, titles.get(gate["finding"], gate["finding"]), gate["subgroup"]]
    word = WORDS[gate["verdict"]]
    if gate["verdict"] == "not_enough_cases":
        word += f": {_needed(gate)}"
    return {
        "title": " · ".join(part for part in parts if part),
        "kind": gate["kind"],
        "needed": gate["needed"],
        "drawing": interval_drawing(gate),
        "is_subgroup": bool(gate["subgroup"]),
        "allowed": allowed(gate),
        "figure": figure(gate),
        "n": gate["n"],
        "verdict": gate["verdict"],
        "word": word,
        "reason": gate["reason"],
        "is_better": gate["is_better"],
        "p": gate["p"],
    }


def allowed(gate: Mapping[str, Any]) -> str:
    """The range that was fixed beforehand."""
    low, high = gate["allowed"]
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return (
        f"at least {low:+g}"
        if low is not None
        else f"at most {high:g}"
        if gate["kind"] in RATIOS
        else f"at most {high:+g}"
    )


def figure(gate: Mapping[str, Any]) -> str:
    """Value with interval; the sign is said of a difference."""
    if gate["value"] is None:
        return "not measured"
    form = "+.3f" if gate["kind"] in ("auc", "sensitivity", "specificity", "map_pointing", "refusal_rate") else ".3f"
    if gate["low"] == gate["high"]:
        return format(gate["value"], form)
    return f"{gate['value']:{form}} ({gate['low']:{form}} … {gate['high']:{form}})"


def _needed(gate: Mapping[str, Any]) -> str:
    if gate["needed"] is None:
        return "too few to say how many are needed"
    return f"{gate['needed']:,} needed ({gate['needed_positives']:,} with, {gate['needed_negatives']:,} without)"
