"""Rehearsals as pages and exports show them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from webapp.accounts.policy import Person, may_see_predictions
from webapp.archive.models import Image
from webapp.change_plans.gate_kinds import GATE_KINDS
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals.ask import is_over, last_job
from webapp.rehearsals.models import Rehearsal

WORDS = {"passed": "passed", "failed": "failed", "not_enough_cases": "not enough cases"}
RATIOS = ("latency", "memory")
COLUMNS = (
    "key", "kind", "finding", "subgroup", "allowed_low", "allowed_high", "value", "low", "high", "confidence", "candidate",
    "in_service", "n", "positives", "negatives", "patients", "p", "verdict", "needed", "reason", "method",
)  # fmt: skip


def bundle_names(rehearsal: Rehearsal) -> dict[str, str]:
    """Id -> name and version."""
    rows = DeployedBundle.objects.filter(pk__in=rehearsal.bundles).defer("manifest", "card")
    return {row.pk: str(row) for row in rows}


def state_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """How far it is: word, sentence, cases done and in all."""
    done = rehearsal.outputs.count()  # type: ignore[attr-defined]
    most = 2 * rehearsal.reference_set.images.count()  # type: ignore[attr-defined]
    found = {"done": done, "most": most, "text": ""}
    if hasattr(rehearsal, "verdict"):
        return {**found, "word": "passed" if rehearsal.verdict.passed else "not passed"}
    if hasattr(rehearsal, "stop"):
        return {**found, "word": "stopped", "text": rehearsal.stop.text}
    job = last_job(rehearsal)
    if job is None:
        return {**found, "word": "waits"}
    return {**found, "word": job.state, "text": job.error_text or job.waiting_for}


def gate_rows(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    """Of the verdict: title, margin, figure with interval, n and verdict in words."""
    titles = {finding["key"]: finding["title"] for finding in _manifest(rehearsal).get("findings", [])}
    return [gate_row(gate, titles) for gate in rehearsal.verdict.report["gates"]]


def gate_row(gate: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """One gate in words."""
    kind = GATE_KINDS[gate["kind"]]
    parts = [kind.title, titles.get(gate["finding"], gate["finding"]), gate["subgroup"]]
    word = WORDS[gate["verdict"]]
    if gate["verdict"] == "not_enough_cases":
        word += f": {_needed(gate)}"
    return {
        "title": " · ".join(part for part in parts if part),
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


def miss_rows(rehearsal: Rehearsal, person: Person) -> list[dict[str, Any]]:
    """New false negatives of images that nothing hides from this person; with who ticked each off, and why."""
    misses = rehearsal.verdict.report["misses"]
    images = Image.objects.select_related("project").in_bulk([UUID(miss["image"]) for miss in misses])
    ticks = {(str(row.image_id), row.finding): row for row in rehearsal.ticks.select_related("created_by")}  # type: ignore[attr-defined]
    return [
        {**miss, "code": images[UUID(miss["image"])].code, "tick": ticks.get((miss["image"], miss["finding"]))}
        for miss in misses
        if may_see_predictions(person, images[UUID(miss["image"])]) is None
    ]


def export_document(rehearsal: Rehearsal) -> dict[str, Any]:
    """Everything that the verdict rests on, by hash; no patient. Images of misses are left out: they are told on the page."""
    state = state_of(rehearsal)
    document: dict[str, Any] = {
        "rehearsal": rehearsal.number,
        "project": rehearsal.project.slug,
        "asked_at": rehearsal.created_at.isoformat(),
        "candidate": rehearsal.candidate_id,
        "in_service": rehearsal.in_service_id,
        "plan": {"version": rehearsal.plan.version, "sha256": rehearsal.plan_sha256},
        "reference_set": {"version": rehearsal.reference_set.version, "sha256": rehearsal.reference_sha256},
        "state": state["word"],
        "why": state["text"],
        "note": "Research use only, not for diagnosis.",
    }
    if is_over(rehearsal) and hasattr(rehearsal, "verdict"):
        report = rehearsal.verdict.report
        document |= {"look": rehearsal.verdict.look, "passed": rehearsal.verdict.passed}
        document |= {name: value for name, value in report.items() if name != "misses"}
        document["new_false_negatives"] = len(report["misses"])
    return document


def export_rows(rehearsal: Rehearsal) -> list[list[object]]:
    """The gates, one a line, as COLUMNS."""
    gates = rehearsal.verdict.report["gates"] if hasattr(rehearsal, "verdict") else []
    return [
        [{**gate, "allowed_low": gate["allowed"][0], "allowed_high": gate["allowed"][1]}[name] for name in COLUMNS]
        for gate in gates
    ]


def _manifest(rehearsal: Rehearsal) -> dict[str, Any]:
    row = DeployedBundle.objects.filter(pk=rehearsal.candidate_id).first()
    return row.manifest if row else {}
